// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/codegen/text.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml {

train::AnomalyMethod AnomalyConfig::chosen_method() const {
  if (method != "auto") return train::parse_anomaly_method(method);
  return context.empty() ? train::AnomalyMethod::kmeans : train::AnomalyMethod::mahalanobis;
}

int32_t AnomalyConfig::channels() const {
  int32_t sum = 0;
  for (const Sensor& sensor : sensors) sum += sensor.channels;
  return sum;
}

int32_t AnomalyConfig::threshold_level() const { return static_cast<int32_t>(std::ceil(255 * threshold)); }

}  // namespace tinyml

namespace tinyml::project {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

template <class Number>
void within(std::string_view key, Number value, Number low, Number high) {
  if (!(value >= low && value <= high)) {
    reject(fmt::format("{} is within {} and {}, not {}", key, low, high, value));
  }
}

void check_context(const AnomalyConfig& c) {
  // Names of the generated push(); a channel of that name would be another thing.
  std::set<std::string> taken{"samples"};
  for (const Sensor& sensor : c.sensors) taken.insert(sensor.name);
  for (const std::string& name : c.context) {
    if (!codegen::is_identifier(name)) {
      reject(fmt::format(
          "context \"{}\" cannot name a C++ parameter: letters, digits and _ only, and no keyword",
          data::one_line(name)));
    }
    if (!taken.insert(name).second) {
      reject(fmt::format("context \"{}\" is named twice, or as a sensor: call it otherwise", name));
    }
  }
}

}  // namespace

void check(const AnomalyConfig& c) {
  if (c.sensors.empty()) reject("sensors is empty: name at least one, for instance \"accelerometer\"");
  within("threshold", c.threshold, 0.0, 1.0);
  within("window_size", c.window_size, 16, 32768);
  if (c.hop < 0 || c.hop > c.window_size) {
    reject(fmt::format("hop is within 1 and window_size ({}), not {}", c.window_size, c.hop));
  }
  within("training_stride", c.training_stride, 0, 1 << 20);
  within("smoothing", c.smoothing, 1, 1000);
  if (!(c.held_out > 0 && c.held_out < 1)) {
    reject(fmt::format("held_out is between 0 and 1, not {}", c.held_out));
  }
  if (c.fft_size != 0 &&
      (c.fft_size < 16 || c.fft_size > 4096 || !std::has_single_bit(static_cast<uint32_t>(c.fft_size)))) {
    reject(
        fmt::format("fft_size is a power of two from 16 to 4096, or 0 for the default, not {}", c.fft_size));
  }
  within("clusters", c.clusters, 1, 256);
  within("shrinkage", c.shrinkage, 0.0, 1.0);
  within("model_size_kb", c.model_size_kb, 0.0, kLargestModelKb);
  within("bottleneck", c.net.bottleneck, 0, 1024);
  if (c.method != "auto") train::parse_anomaly_method(c.method);
  check_context(c);
  check(sensor_config(c));
}

void check_model_size(double model_size_kb) {
  if (!(model_size_kb > 0 && model_size_kb <= kLargestModelKb)) {
    reject(fmt::format("model_size_kb is above 0 and at most {}, not {}", kLargestModelKb, model_size_kb));
  }
}

SensorConfig sensor_config(const AnomalyConfig& config) {
  SensorConfig c = sensor_defaults(SensorTask::anomaly_detection);
  c.name = config.name;
  c.data.path = config.data.path;
  c.data.sensors = config.sensors;
  c.data.rate_hz = config.rate_hz;
  c.data.window_samples = config.window_size;
  c.data.stride_samples = config.training_stride;
  c.data.csv = config.data.csv;
  c.data.file_pattern = config.data.file_pattern;
  c.data.fuse = config.data.fuse;
  c.data.default_label = config.data.normal;
  c.data.hmac_key = config.data.hmac_key;
  c.data.split.by = data::SplitBy::group;  // no recording is cut: the end of each is held out later
  if (config.chosen_method() == train::AnomalyMethod::lstm) {
    c.features.kind = SensorFeatureKind::raw;
  } else {
    c.features.kind = SensorFeatureKind::spectral;
    c.features.frame_samples = config.window_size;
    c.features.hop_samples = config.hop_samples();
    const auto longest = std::bit_floor(static_cast<uint32_t>(config.window_size));
    const bool levels = std::any_of(config.sensors.begin(), config.sensors.end(),
                                    [](const Sensor& s) { return s.channels == 1; });
    const int32_t wanted = config.fft_size > 0 ? config.fft_size : levels ? 64 : 128;
    c.features.fft_size = std::min(wanted, static_cast<int32_t>(longest));
  }
  c.model.width = config.net.width;
  c.model.depth = config.net.depth;
  c.training.epochs = config.epochs;
  c.training.seed = config.seed;
  c.target.board = config.board;
  return c;
}

data::SensorLoadOptions load_options(const AnomalyConfig& config, const ProgressHook& progress) {
  return load_options(sensor_config(config), progress);
}

}  // namespace tinyml::project
