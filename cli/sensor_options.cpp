// SPDX-License-Identifier: Apache-2.0
#include "cli/sensor_options.h"

#include <CLI/CLI.hpp>

namespace tinyml::cli {

void SensorOptions::add_to(CLI::App& verb) {
  const auto list = [&](const char* name, std::vector<std::string>& values, const char* help) {
    verb.add_option(name, values, help)->delimiter(',');
  };
  list("--sensors", sensors, "Sensors in the order of the channels: accelerometer,gyroscope");
  list("--labels", labels, "The labels to keep (default: all)");
  list("--columns", columns, "The CSV columns to read (default: all)");
  list("--run-columns", run_columns, "CSV columns whose change begins a new recording");
  list("--test-groups", test_groups, "The subjects or machines of the test split");
  verb.add_option("--rate", rate_hz, "Hz that sensor data is resampled to (default: its own)");
  verb.add_option("--window-s", window_s, "What one answer sees, in seconds");
  verb.add_option("--window-samples", window_samples, "The same in samples");
  verb.add_option("--stride-samples", stride_samples, "Between windows (default: half a window)");
  verb.add_option("--fit", fit, "cut, or one window a recording: stretch or pad");
  verb.add_option("--label-rule", label_rule, "Of a window: majority, centre or interval");
  verb.add_option("--split", split, "automatic, group, time or order");
  verb.add_option("--time-column", time_column, "The CSV column of the clock");
  verb.add_option("--label-column", label_column, "The CSV column of the labels");
  verb.add_option("--group-column", group_column, "The CSV column of the subject or machine");
  verb.add_option("--file-pattern", file_pattern, "Regular expression of the files to read");
  verb.add_option("--group-pattern", group_pattern,
                  "Regular expression on file names; its group is the subject");
  verb.add_option("--width", width, "Channels or units of a layer");
  verb.add_option("--depth", depth, "Layers");
}

void SensorOptions::apply(project::SensorConfig& config) const {
  project::SensorConfig::Data& data = config.data;
  for (const std::string& sensor : sensors) data.sensors.push_back(known_sensor(sensor));
  data.labels = labels;
  data.csv.channels = columns;
  data.csv.run_columns = run_columns;
  data.split.test_groups = test_groups;
  if (rate_hz) data.rate_hz = *rate_hz;
  if (window_s || window_samples) {
    data.window_s = window_s.value_or(0);
    data.window_samples = window_samples.value_or(0);
  }
  if (stride_samples) data.stride_samples = *stride_samples;
  if (!fit.empty()) data.fit = project::parse_window_fit(fit);
  if (!label_rule.empty()) data.label_rule = project::parse_label_rule(label_rule);
  if (!split.empty()) data.split.by = project::parse_split_by(split);
  data.csv.time_column = time_column;
  data.csv.label_column = label_column;
  data.csv.group_column = group_column;
  data.file_pattern = file_pattern;
  data.group_pattern = group_pattern;
  if (width) config.model.width = *width;
  if (depth) config.model.depth = *depth;
}

}  // namespace tinyml::cli
