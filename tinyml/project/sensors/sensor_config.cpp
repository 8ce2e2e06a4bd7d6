// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/boards/boards.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml {

Sensor known_sensor(std::string_view name) {
  struct Known {
    std::string_view name;
    int32_t channels;
    std::string_view unit;
  };
  static constexpr std::array<Known, 17> kKnown{{{"accelerometer", 3, "m/s2"},
                                                 {"gyroscope", 3, "rad/s"},
                                                 {"magnetometer", 3, "uT"},
                                                 {"temperature", 1, "Cel"},
                                                 {"humidity", 1, "%RH"},
                                                 {"pressure", 1, "hPa"},
                                                 {"light", 1, "lx"},
                                                 {"co2", 1, "ppm"},
                                                 {"gas", 1, "ppm"},
                                                 {"current", 1, "A"},
                                                 {"voltage", 1, "V"},
                                                 {"power", 1, "W"},
                                                 {"distance", 1, "m"},
                                                 {"force", 1, "N"},
                                                 {"sound_level", 1, "dB"},
                                                 {"soil_moisture", 1, "%"},
                                                 {"heart_rate", 1, "1/min"}}};
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if (known.name == name) return {std::string(name), known.channels, 0, std::string(known.unit), 0};
    names.emplace_back(known.name);
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("no sensor is known as \"{}\"; nearest: {}; or give Sensor(name, channels, ...)",
                          data::one_line(std::string(name)), nearest_names(name, names)));
}

}  // namespace tinyml

namespace tinyml::project {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

template <class Value, size_t n>
using Names = std::array<std::pair<Value, std::string_view>, n>;

template <class Value, size_t n>
Value parse(const Names<Value, n>& all, std::string_view what, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [value, text] : all) {
    if (text == name) return value;
    names.emplace_back(text);
  }
  reject(fmt::format("unknown {} \"{}\"; nearest: {}", what, data::one_line(std::string(name)),
                     nearest_names(name, names)));
}

template <class Value, size_t n>
std::string_view text_of(const Names<Value, n>& all, Value wanted) {
  for (const auto& [value, text] : all) {
    if (value == wanted) return text;
  }
  return "?";
}

constexpr Names<SensorTask, 3> kTasks{{{SensorTask::sensor_classification, "sensor_classification"},
                                       {SensorTask::gesture, "gesture"},
                                       {SensorTask::anomaly_detection, "anomaly_detection"}}};
constexpr Names<WindowFit, 3> kFits{
    {{WindowFit::cut, "cut"}, {WindowFit::stretch, "stretch"}, {WindowFit::pad, "pad"}}};
constexpr Names<SensorFeatureKind, 4> kKinds{{{SensorFeatureKind::raw, "raw"},
                                              {SensorFeatureKind::flatten, "flatten"},
                                              {SensorFeatureKind::spectral, "spectral"},
                                              {SensorFeatureKind::wavelet, "wavelet"}}};
constexpr Names<FilterKind, 3> kFilters{
    {{FilterKind::none, "none"}, {FilterKind::low_pass, "low"}, {FilterKind::high_pass, "high"}}};
constexpr Names<data::WindowLabel, 3> kRules{{{data::WindowLabel::majority, "majority"},
                                              {data::WindowLabel::centre, "centre"},
                                              {data::WindowLabel::interval, "interval"}}};
constexpr Names<data::SplitBy, 4> kSplits{{{data::SplitBy::automatic, "automatic"},
                                           {data::SplitBy::group, "group"},
                                           {data::SplitBy::time, "time"},
                                           {data::SplitBy::order, "order"}}};
constexpr Names<data::TimeUnit, 5> kTimeUnits{{{data::TimeUnit::automatic, "automatic"},
                                               {data::TimeUnit::seconds, "s"},
                                               {data::TimeUnit::milliseconds, "ms"},
                                               {data::TimeUnit::microseconds, "us"},
                                               {data::TimeUnit::nanoseconds, "ns"}}};
constexpr Names<data::BackwardClock, 3> kBackward{{{data::BackwardClock::error, "error"},
                                                   {data::BackwardClock::drop, "drop"},
                                                   {data::BackwardClock::split, "split"}}};

constexpr int32_t kLongestWindow = 65536;

void check_sensors(const std::vector<Sensor>& sensors) {
  std::set<std::string> seen;
  for (const Sensor& sensor : sensors) {
    if (sensor.name.empty() || !data::is_plain_text(sensor.name))
      reject("a sensor's name is empty or no text");
    if (!seen.insert(sensor.name).second) reject(fmt::format("sensor \"{}\" is given twice", sensor.name));
    if (sensor.channels < 1 || sensor.channels > static_cast<int32_t>(data::kMostChannels)) {
      reject(fmt::format("sensor \"{}\" has {} channels: give 1 .. {}", sensor.name, sensor.channels,
                         data::kMostChannels));
    }
    if (!(sensor.rate_hz >= 0 && std::isfinite(sensor.rate_hz))) {
      reject(fmt::format("sensor \"{}\" has a rate of {} Hz", sensor.name, sensor.rate_hz));
    }
    if (!(sensor.range >= 0 && std::isfinite(sensor.range))) {
      reject(fmt::format("sensor \"{}\" has a range of {}: give its full scale, above 0", sensor.name,
                         sensor.range));
    }
  }
}

}  // namespace

SensorTask parse_sensor_task(std::string_view name) { return parse(kTasks, "task", name); }
std::string_view name_of(SensorTask task) { return text_of(kTasks, task); }
WindowFit parse_window_fit(std::string_view name) { return parse(kFits, "fit", name); }
std::string_view name_of(WindowFit fit) { return text_of(kFits, fit); }
SensorFeatureKind parse_sensor_features(std::string_view name) { return parse(kKinds, "features", name); }
std::string_view name_of(SensorFeatureKind kind) { return text_of(kKinds, kind); }
FilterKind parse_filter(std::string_view name) { return parse(kFilters, "filter", name); }
std::string_view name_of(FilterKind filter) { return text_of(kFilters, filter); }
data::WindowLabel parse_label_rule(std::string_view name) { return parse(kRules, "label_rule", name); }
std::string_view name_of(data::WindowLabel rule) { return text_of(kRules, rule); }
data::SplitBy parse_split_by(std::string_view name) { return parse(kSplits, "split", name); }
std::string_view name_of(data::SplitBy by) { return text_of(kSplits, by); }
data::TimeUnit parse_time_unit(std::string_view name) { return parse(kTimeUnits, "time_unit", name); }
std::string_view name_of(data::TimeUnit unit) { return text_of(kTimeUnits, unit); }
data::BackwardClock parse_backward_clock(std::string_view name) {
  return parse(kBackward, "backward_clock", name);
}
std::string_view name_of(data::BackwardClock action) { return text_of(kBackward, action); }

bool is_sensor_task(std::string_view task) {
  return std::any_of(kTasks.begin(), kTasks.end(), [&](const auto& known) { return known.second == task; });
}

SensorConfig sensor_defaults(SensorTask task) {
  SensorConfig config;
  config.data.task = task;
  if (task == SensorTask::gesture) {
    config.name = "gestures";
    config.data.fit = WindowFit::stretch;
    config.data.window_samples = 64;
    config.training.epochs = 100;
    config.training.batch = 32;
    config.training.speed = 0.2;
  }
  return config;
}

double SensorConfig::wanted_rate_hz() const {
  if (data.rate_hz > 0) return data.rate_hz;
  double fastest = 0;
  for (const Sensor& sensor : data.sensors) fastest = std::max(fastest, sensor.rate_hz);
  return fastest;
}

int32_t SensorConfig::window_at(double rate_hz) const {
  if (data.window_samples > 0) return data.window_samples;
  if (!(data.window_s > 0))
    reject("a window is needed, what one answer sees: window_s in seconds, or window_samples");
  if (!(rate_hz > 0)) reject("the data has no clock: give window_samples instead of window_s, or rate_hz");
  const double samples = std::round(data.window_s * rate_hz);
  if (!(samples >= 1 && samples <= kLongestWindow)) {
    reject(fmt::format("a window of {} s at {:g} Hz is {:.0f} samples: give 1 .. {}", data.window_s, rate_hz,
                       samples, kLongestWindow));
  }
  return static_cast<int32_t>(samples);
}

int32_t SensorConfig::stride_at(double rate_hz) const {
  return data.stride_samples > 0 ? data.stride_samples : std::max(1, window_at(rate_hz) / 2);
}

int32_t SensorConfig::channels() const {
  int32_t sum = 0;
  for (const Sensor& sensor : data.sensors) sum += sensor.channels;
  return sum;
}

std::string SensorConfig::architecture(bool one_frame) const {
  if (!model.architecture.empty()) return model.architecture;
  return one_frame ? "dense" : "cnn_1d";
}

train::NetSize SensorConfig::net_size() const {
  train::NetSize size;
  size.width = model.width;
  size.depth = model.depth;
  size.dropout = static_cast<float>(model.dropout);
  return size;
}

void check(const SensorConfig& c) {
  const auto within = [](std::string_view key, double value, double least, double most) {
    if (!(value >= least && value <= most))
      reject(fmt::format("{} must be within {} and {}, not {}", key, least, most, value));
  };
  const auto positive = [](std::string_view key, double value, double most) {
    if (!(value > 0 && value <= most))
      reject(fmt::format("{} must be above 0 and at most {}, not {}", key, most, value));
  };
  check_name(c.name);
  if (!data::is_plain_text(c.data.path)) {
    reject(fmt::format("the path {} is not UTF-8 or holds control characters", data::one_line(c.data.path)));
  }
  check_sensors(c.data.sensors);
  within("rate_hz", c.data.rate_hz, 0, 1e6);
  within("window_samples", c.data.window_samples, 0, kLongestWindow);
  within("window_s", c.data.window_s, 0, 1e6);
  within("stride_samples", c.data.stride_samples, 0, kLongestWindow);
  within("least_share", c.data.least_share, 0, 1);
  positive("headroom", c.features.headroom, 1000);
  within("frame_samples", c.features.frame_samples, 0, kLongestWindow);
  within("hop_samples", c.features.hop_samples, 0, kLongestWindow);
  positive("cutoff_hz", c.features.cutoff_hz, 1e6);
  within("order", c.features.order, 0, 32);
  within("levels", c.features.levels, 1, 16);
  within("width", c.model.width, 0, 1024);
  within("depth", c.model.depth, 0, 64);
  within("dropout", c.model.dropout, 0, 0.95);
  positive("epochs", c.training.epochs, 100000);
  positive("batch", c.training.batch, 65536);
  within("patience", c.training.patience, 0, 100000);
  positive("copies", c.training.copies, 1000);
  positive("learning_rate", c.training.learning_rate, 10);
  within("jitter", c.training.jitter, 0, 10);
  within("scaling", c.training.scaling, 0, 0.9);
  within("shift", c.training.shift, 0, 1);
  within("speed", c.training.speed, 0, 0.9);
  within("warp", c.training.warp, 0, 0.9);
  within("offset", c.training.offset, 0, 10);
  within("rotation_degrees", c.training.rotation_degrees, 0, 180);
  within("mixup", c.training.mixup, 0, 10);
  if (!(c.training.label_smoothing >= 0 && c.training.label_smoothing < 1)) {
    reject(fmt::format("label_smoothing must be at least 0 and below 1, not {}", c.training.label_smoothing));
  }
  if (c.training.seed > static_cast<uint64_t>(INT64_MAX)) {
    reject(fmt::format("seed must be at most {}, not {}", INT64_MAX, c.training.seed));
  }
  std::set<std::string> seen;
  for (const std::string& label : c.data.labels) {
    if (label.empty()) reject("a label is empty");
    if (!seen.insert(label).second) reject(fmt::format("label \"{}\" is given twice", label));
  }
  boards::find_board(c.target.board);
  if (c.data.task != SensorTask::anomaly_detection && !c.model.architecture.empty()) {
    train::build_architecture(c.model.architecture, {1, 64, 8, 1}, 2, 1);
  }
}

data::SensorLoadOptions load_options(const SensorConfig& c, const ProgressHook& progress) {
  data::SensorLoadOptions options;
  options.csv = c.data.csv;
  options.rate_hz = c.wanted_rate_hz();
  options.fuse = c.data.fuse;
  const char* key = std::getenv("TINYML_HMAC_KEY");
  options.hmac_key = c.data.hmac_key.empty() && key ? key : c.data.hmac_key;
  options.file_pattern = c.data.file_pattern;
  options.group_pattern = c.data.group_pattern;
  options.default_label = c.data.default_label;
  options.labels = c.data.labels;
  options.split = c.data.split;
  options.progress = progress;
  return options;
}

}  // namespace tinyml::project
