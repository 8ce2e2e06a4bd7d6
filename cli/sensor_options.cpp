// SPDX-License-Identifier: Apache-2.0
#include "cli/sensor_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tinyml/base/error.h"

namespace tinyml::cli {
namespace {

/// "accelerometer", "accelerometer:3" or "accelerometer:3:g".
Sensor parse_sensor(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return known_sensor(text);
  const size_t second = text.find(':', colon + 1);
  const std::string channels = text.substr(colon + 1, second - colon - 1);
  constexpr size_t kDigits = 3;
  if (colon == 0 || channels.empty() || channels.size() > kDigits ||
      channels.find_first_not_of("0123456789") != std::string::npos) {
    throw Error(ErrorKind::invalid_argument,
                "--sensors does not take \"" + text + "\": write name, name:channels or name:channels:unit");
  }
  return {text.substr(0, colon), std::stoi(channels), 0,
          second == std::string::npos ? "" : text.substr(second + 1), 0};
}

}  // namespace

void AnyProjectOptions::add_to(CLI::App& verb) {
  ProjectOptions::add_to(verb);
  const std::vector<ProjectKind> sensors_only{ProjectKind::sensors};
  const std::vector<ProjectKind> both{ProjectKind::sensors, ProjectKind::anomalies};
  const auto add = [&](const std::vector<ProjectKind>& kinds, const char* name, auto& value,
                       const char* help) {
    CLI::Option* option = verb.add_option(name, value, help);
    readers.add(option, kinds);
    return option;
  };
  const auto list = [&](const std::vector<ProjectKind>& kinds, const char* name,
                        std::vector<std::string>& values,
                        const char* help) { add(kinds, name, values, help)->delimiter(','); };
  Sensors& s = sensors;
  list(both, "--sensors", s.sensors,
       "In the order of the channels: accelerometer,gyroscope or name:channels:unit");
  list({ProjectKind::sensors, ProjectKind::images}, "--labels", s.labels,
       "The labels to keep (default: all)");
  list(both, "--columns", s.columns, "The CSV columns to read (default: all)");
  list(both, "--run-columns", s.run_columns, "CSV columns whose change begins a new recording");
  list(sensors_only, "--test-groups", s.test_groups, "The subjects or machines of the test split");
  list(sensors_only, "--validation-groups", s.validation_groups, "Those of the validation split");
  add(both, "--rate", s.rate_hz, "Hz that sensor data is resampled to (default: its own)");
  add(both, "--window-s", s.window_s, "What one answer sees, in seconds");
  add(both, "--window-samples,--window-size", s.window_samples, "The same in samples");
  add(both, "--stride-samples", s.stride_samples, "Between windows, or scores (default: half a window)");
  add(sensors_only, "--fit", s.fit, "cut, or one window a recording: stretch or pad");
  add(sensors_only, "--label-rule", s.label_rule, "Of a window: majority, centre or interval");
  add(sensors_only, "--split", s.split, "automatic, group, time or order");
  add(both, "--time-column", s.time_column, "The CSV column of the clock");
  add(both, "--time-unit", s.time_unit, "Of its numbers: s, ms, us or ns (default: by name and size)");
  add(both, "--backward-clock", s.backward_clock, "error, drop those rows, or split there");
  add(both, "--label-column", s.label_column, "The CSV column of the labels");
  add(both, "--group-column", s.group_column, "The CSV column of the subject or machine");
  add(both, "--file-pattern", s.file_pattern, "Regular expression of the files to read");
  add(sensors_only, "--group-pattern", s.group_pattern,
      "Regular expression on file names; its group is the subject");
  add(both, "--width", s.width, "Channels or units of a layer");
  add(both, "--depth", s.depth, "Layers");
  anomalies.add_to(verb, readers);
  images.add_to(verb, readers);
  readers.add(verb.add_flag("--fuse", s.fuse, "Each folder's files are the sensors of one recording"), both);
}

ProjectKind AnyProjectOptions::kind() const {
  const std::vector<std::string> audio{"keyword_spotting", "wake_word", "sound_classification"};
  const std::vector<std::string> sensor_tasks{"sensor_classification", "gesture"};
  const std::string anomaly(project::name_of(project::SensorTask::anomaly_detection));
  if (std::find(sensor_tasks.begin(), sensor_tasks.end(), task) != sensor_tasks.end())
    return ProjectKind::sensors;
  if (std::find(audio.begin(), audio.end(), task) != audio.end()) return ProjectKind::audio;
  if (task == anomaly) return ProjectKind::anomalies;
  if (task == project::kImageTask) return ProjectKind::images;
  std::vector<std::string> names = audio;
  names.insert(names.end(), sensor_tasks.begin(), sensor_tasks.end());
  names.push_back(anomaly);
  names.emplace_back(project::kImageTask);
  throw Error(ErrorKind::invalid_argument,
              "unknown task \"" + task + "\"; nearest: " + nearest_names(task, names));
}

project::AudioConfig AnyProjectOptions::audio_config() const {
  readers.refuse_others(ProjectKind::audio);
  return config();
}

project::SensorConfig AnyProjectOptions::sensor_config() const { return sensors_and(ProjectKind::sensors); }

AnomalyConfig AnyProjectOptions::anomaly_config() const {
  AnomalyConfig config = anomalies.config(sensors_and(ProjectKind::anomalies));
  project::check(config);
  return config;
}

project::ImageConfig AnyProjectOptions::image_config() const {
  readers.refuse_others(ProjectKind::images);
  project::ImageConfig config;
  config.data.path = data;
  config.data.labels = sensors.labels;
  images.apply(config);
  if (!architecture.empty()) config.model.architecture = architecture;
  config.training.epochs = epochs.value_or(config.training.epochs);
  config.training.seed = seed.value_or(config.training.seed);
  if (!board.empty()) config.target.board = board;
  project::check(config);
  return config;
}

project::SensorConfig AnyProjectOptions::sensors_and(ProjectKind kind) const {
  readers.refuse_others(kind);
  const Sensors& s = sensors;
  project::SensorConfig config = project::sensor_defaults(project::parse_sensor_task(task));
  for (const std::string& sensor : s.sensors) config.data.sensors.push_back(parse_sensor(sensor));
  config.data.path = data;
  config.data.labels = s.labels;
  config.data.csv.channels = s.columns;
  config.data.csv.run_columns = s.run_columns;
  config.data.split.test_groups = s.test_groups;
  config.data.split.validation_groups = s.validation_groups;
  if (s.rate_hz) config.data.rate_hz = *s.rate_hz;
  if (s.window_s || s.window_samples) {
    config.data.window_s = s.window_s.value_or(0);
    config.data.window_samples = s.window_samples.value_or(0);
  }
  if (s.stride_samples) config.data.stride_samples = *s.stride_samples;
  if (!s.fit.empty()) config.data.fit = project::parse_window_fit(s.fit);
  if (!s.label_rule.empty()) config.data.label_rule = project::parse_label_rule(s.label_rule);
  if (!s.split.empty()) config.data.split.by = project::parse_split_by(s.split);
  config.data.csv.time_column = s.time_column;
  if (!s.time_unit.empty()) config.data.csv.time_unit = project::parse_time_unit(s.time_unit);
  if (!s.backward_clock.empty()) {
    config.data.csv.backward_clock = project::parse_backward_clock(s.backward_clock);
  }
  config.data.csv.label_column = s.label_column;
  config.data.csv.group_column = s.group_column;
  config.data.file_pattern = s.file_pattern;
  config.data.group_pattern = s.group_pattern;
  config.data.fuse = s.fuse;
  if (!features.empty()) config.features.kind = project::parse_sensor_features(features);
  config.model.architecture = architecture;
  if (s.width) config.model.width = *s.width;
  if (s.depth) config.model.depth = *s.depth;
  config.training.epochs = epochs.value_or(config.training.epochs);
  config.training.seed = seed.value_or(config.training.seed);
  if (!board.empty()) config.target.board = board;
  project::check(config);
  return config;
}

}  // namespace tinyml::cli
