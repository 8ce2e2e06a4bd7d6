// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/base/file.h"
#include "tinyml/project/sensors/sensor_config_parts.h"

namespace tinyml::project {
namespace {

/// Reads a word of a closed list.
template <class Value, class Parse>
void read_word(Section& section, std::string_view key, Value& value, Parse parse) {
  std::string word(name_of(value));
  section.read(key, word);
  value = parse(word);
}

}  // namespace

std::string toml_line(std::string_view key, const std::string& value, std::string_view note) {
  const std::string entry = fmt::format("{} = {}", key, value);
  return note.empty() ? entry + "\n" : fmt::format("{:<25} # {}\n", entry, note);
}

std::vector<Sensor> read_sensors(Section& section) {
  std::vector<Sensor> sensors;
  for (Section& table : section.tables("sensors")) {
    Sensor sensor;
    table.read("name", sensor.name);
    table.read("channels", sensor.channels);
    table.read("rate_hz", sensor.rate_hz);
    table.read("unit", sensor.unit);
    table.read("range", sensor.range);
    table.finish();
    sensors.push_back(std::move(sensor));
  }
  return sensors;
}

std::string sensors_to_toml(const std::vector<Sensor>& sensors) {
  std::vector<std::string> tables;
  for (const Sensor& s : sensors) {
    tables.push_back(fmt::format("\n  {{ name = {}, channels = {}, rate_hz = {}, unit = {}, range = {} }},",
                                 quoted(s.name), s.channels, s.rate_hz, quoted(s.unit), s.range));
  }
  if (!tables.empty()) tables.push_back("\n");
  return fmt::format("sensors = [{}]\n", fmt::join(tables, ""));
}

void read_columns(Section& section, data::SensorCsvOptions& csv) {
  section.read("columns", csv.channels);
  section.read("time_column", csv.time_column);
  read_word(section, "time_unit", csv.time_unit, parse_time_unit);
  read_word(section, "backward_clock", csv.backward_clock, parse_backward_clock);
  section.read("label_column", csv.label_column);
  section.read("group_column", csv.group_column);
  section.read("run_columns", csv.run_columns);
  section.read("row_rate_hz", csv.row_rate_hz);
}

std::string columns_to_toml(const data::SensorCsvOptions& csv) {
  const auto word = [](std::string_view value) { return quoted(std::string(value)); };
  return toml_line("columns", quoted(csv.channels), "of a CSV; empty: all but clock, label and group") +
         toml_line("time_column", quoted(csv.time_column), "") +
         toml_line("time_unit", word(name_of(csv.time_unit)),
                   "of numbers in it: automatic, s, ms, us or ns") +
         toml_line("backward_clock", word(name_of(csv.backward_clock)),
                   "error, drop those rows, or split there") +
         toml_line("label_column", quoted(csv.label_column), "") +
         toml_line("group_column", quoted(csv.group_column), "") +
         toml_line("run_columns", quoted(csv.run_columns), "whose change begins a new recording") +
         toml_line("row_rate_hz", fmt::format("{}", csv.row_rate_hz), "of a CSV without a clock");
}

namespace {

void read_data(Section section, SensorConfig::Data& data) {
  section.read("path", data.path);
  std::string task;
  section.read("task", task);
  data.sensors = read_sensors(section);
  section.read("labels", data.labels);
  section.read("rate_hz", data.rate_hz);
  section.read("window_samples", data.window_samples);
  section.read("window_s", data.window_s);
  section.read("stride_samples", data.stride_samples);
  read_word(section, "fit", data.fit, parse_window_fit);
  read_word(section, "label_rule", data.label_rule, parse_label_rule);
  section.read("least_share", data.least_share);
  read_word(section, "split", data.split.by, parse_split_by);
  section.read("validation_fraction", data.split.validation_fraction);
  section.read("test_fraction", data.split.test_fraction);
  section.read("validation_groups", data.split.validation_groups);
  section.read("test_groups", data.split.test_groups);
  read_columns(section, data.csv);
  section.read("file_pattern", data.file_pattern);
  section.read("group_pattern", data.group_pattern);
  section.read("default_label", data.default_label);
  section.read("fuse", data.fuse);
  section.read("hmac_key", data.hmac_key);
  section.finish();
}

void read_features(Section section, SensorConfig::Features& features) {
  read_word(section, "kind", features.kind, parse_sensor_features);
  section.read("headroom", features.headroom);
  section.read("frame_samples", features.frame_samples);
  section.read("hop_samples", features.hop_samples);
  read_word(section, "filter", features.filter, parse_filter);
  section.read("cutoff_hz", features.cutoff_hz);
  section.read("order", features.order);
  section.read("fft_size", features.fft_size);
  section.read("overlap", features.overlap);
  section.read("log", features.log);
  section.read("wavelet", features.wavelet);
  section.read("levels", features.levels);
  section.finish();
}

void read_training(Section section, SensorConfig::Training& training) {
  section.read("epochs", training.epochs);
  section.read("batch", training.batch);
  section.read("patience", training.patience);
  section.read("copies", training.copies);
  section.read("learning_rate", training.learning_rate);
  section.read("augment", training.augment);
  section.read("jitter", training.jitter);
  section.read("scaling", training.scaling);
  section.read("shift", training.shift);
  section.read("speed", training.speed);
  section.read("warp", training.warp);
  section.read("offset", training.offset);
  section.read("rotation_degrees", training.rotation_degrees);
  section.read("refit", training.refit);
  section.read("label_smoothing", training.label_smoothing);
  section.read("mixup", training.mixup);
  section.read("balance_classes", training.balance_classes);
  section.read("seed", training.seed);
  section.finish();
}

}  // namespace

std::string task_of_project(const std::filesystem::path& config_file) {
  const std::filesystem::path folder = config_file.parent_path();
  if (std::filesystem::is_directory(folder) && !std::filesystem::exists(config_file)) {
    throw Error(ErrorKind::not_found,
                folder.string() + " is no project: it has no tinyml.toml, as tinyml init writes it");
  }
  const std::string text = read_text(config_file);
  return with_context(config_file.string(), [&] {
    std::string task = "keyword_spotting";
    ConfigFile(text).section("data").read("task", task);
    return task;
  });
}

SensorConfig read_sensor_config(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return with_context(path.string(), [&] {
    const ConfigFile file(text);
    file.expect({"project", "data", "features", "model", "training", "quantization", "target"});
    std::string task(name_of(SensorTask::sensor_classification));
    file.section("data").read("task", task);
    SensorConfig config = sensor_defaults(parse_sensor_task(task));
    Section project = file.section("project");
    project.read("name", config.name);
    project.finish();
    read_data(file.section("data"), config.data);
    read_features(file.section("features"), config.features);
    Section model = file.section("model");
    model.read("architecture", config.model.architecture);
    model.read("width", config.model.width);
    model.read("depth", config.model.depth);
    model.read("dropout", config.model.dropout);
    model.finish();
    read_training(file.section("training"), config.training);
    Section quantization = file.section("quantization");
    read_word(quantization, "calibration", config.quantization.calibration, quantize::parse_calibration);
    quantization.finish();
    Section target = file.section("target");
    target.read("board", config.target.board);
    target.finish();
    check(config);
    return config;
  });
}

std::string to_toml(const SensorConfig& c) {
  std::string text = fmt::format("[project]\nname = {}\n\n[data]\n", quoted(c.name));
  const auto line = [&](std::string_view key, const auto& value, std::string_view note = "") {
    text += toml_line(key, fmt::format("{}", value), note);
  };
  const auto word = [&](std::string_view key, std::string_view value, std::string_view note = "") {
    line(key, quoted(std::string(value)), note);
  };
  word("path", c.data.path, "a folder, a labels.csv, a CSV, JSON or CBOR file; relative to this file");
  word("task", name_of(c.data.task),
       "sensor_classification: stretches of recordings; gesture: whole recordings");
  text += sensors_to_toml(c.data.sensors);
  line("labels", quoted(c.data.labels), "empty: all that the data has");
  line("rate_hz", c.data.rate_hz, "recordings are resampled to it; 0: their own");
  line("window_samples", c.data.window_samples, "what one answer sees");
  line("window_s", c.data.window_s, "the same in seconds, where window_samples is 0");
  line("stride_samples", c.data.stride_samples, "between windows; 0: half a window");
  word("fit", name_of(c.data.fit), "cut; or one window a recording: stretch, pad");
  word("label_rule", name_of(c.data.label_rule), "majority, centre or interval");
  line("least_share", c.data.least_share, "of a window that its label must cover");
  word("split", name_of(c.data.split.by), "automatic, group, time or order");
  line("validation_fraction", c.data.split.validation_fraction);
  line("test_fraction", c.data.split.test_fraction);
  line("validation_groups", quoted(c.data.split.validation_groups), "subjects or machines, by name");
  line("test_groups", quoted(c.data.split.test_groups));
  text += columns_to_toml(c.data.csv);
  word("file_pattern", c.data.file_pattern, "regular expression of the files to read");
  word("group_pattern", c.data.group_pattern, "its parentheses find the group in a file name");
  word("default_label", c.data.default_label, "of recordings that name none");
  line("fuse", c.data.fuse, "each folder's files are the sensors of one recording");
  text += "\n[features]\n";
  word("kind", name_of(c.features.kind), "raw, flatten, spectral or wavelet");
  line("headroom", c.features.headroom, "full scale over the largest reading of the training windows");
  line("frame_samples", c.features.frame_samples, "of flatten, spectral and wavelet; 0: the window");
  line("hop_samples", c.features.hop_samples, "0: the frame");
  word("filter", name_of(c.features.filter), "of spectral: none, low or high");
  line("cutoff_hz", c.features.cutoff_hz);
  line("order", c.features.order);
  line("fft_size", c.features.fft_size);
  line("overlap", c.features.overlap);
  line("log", c.features.log);
  word("wavelet", c.features.wavelet,
       "haar, db1 .. db20, sym2 .. sym20, coif1 .. coif5, bior1.1 .. bior6.8, rbio1.1 .. rbio6.8");
  line("levels", c.features.levels);
  text += "\n[model]\n";
  word("architecture", c.model.architecture, "empty: cnn_1d, or dense on one frame; see tinyml train --help");
  line("width", c.model.width, "channels or units of a layer; 0: the architecture's own");
  line("depth", c.model.depth, "layers; 0: the architecture's own");
  line("dropout", c.model.dropout);
  text += "\n[training]\n";
  line("epochs", c.training.epochs);
  line("batch", c.training.batch);
  line("patience", c.training.patience, "epochs without a better validation before it stops; 0: never");
  line("copies", c.training.copies, "augmented ones of every window");
  line("learning_rate", c.training.learning_rate);
  line("augment", c.training.augment);
  line("jitter", c.training.jitter, "noise, in standard deviations of a channel");
  line("scaling", c.training.scaling, "of every sensor, at most");
  line("shift", c.training.shift, "in windows, at most");
  line("speed", c.training.speed, "at most");
  line("warp", c.training.warp, "of the clock within a window, at most");
  line("offset", c.training.offset, "of every channel, in its standard deviations: drift");
  line("rotation_degrees", c.training.rotation_degrees, "of sensors with three axes, at most");
  line("refit", c.training.refit, "train again on the validation windows too");
  line("label_smoothing", c.training.label_smoothing);
  line("mixup", c.training.mixup);
  line("balance_classes", c.training.balance_classes, "rare labels weigh more");
  line("seed", c.training.seed);
  text += "\n[quantization]\n";
  word("calibration", name_of(c.quantization.calibration), "min_max, percentile or mse");
  text += "\n[target]\n";
  word("board", c.target.board, "any name of tinyml boards");
  return text;
}

}  // namespace tinyml::project
