// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"
#include "tinyml/project/features.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::project {

/// A window's readings [samples, channels] in physical units.
using WindowValues = std::span<const float>;

/// What a sensor project has measured on its training windows, and all that a device needs before the net:
/// the sensors whose channels, in this order, are interleaved as int16; and the front end, which has in it
/// the unit of each channel (one LSB) and the offset and scale of each feature.
///
/// The front end standardises: a feature's int8 is (feature - mean) / deviation * 32. Folding this into the
/// net's first layer instead would leave int8 with one scale for all features, and those of small range
/// (humidity beside pressure, a kurtosis beside an RMS) with a few levels.
struct SensorFrontEnd {
  std::vector<Sensor> sensors;
  Operator op;                 // Raw, FlattenStatistics, Spectral or Wavelet
  int32_t window_samples = 0;  // of each channel, what one inference sees
  bool has_clock = true;       // whether the rate is the data's; without a clock it is 1, a sample a step

  const SensorFrame& frame() const;
  int32_t channels() const { return frame().channels; }
  int32_t window_values() const { return window_samples * channels(); }
  /// "100 samples at 50 Hz", "16 samples at 0.01667 Hz (one every 60 s)", "64 samples without a clock".
  std::string describe_window() const;
};

/// Measures a front end on training windows, each [window_samples, channels]. The unit of a sensor's channels
/// is its range / 32767, or where it states none, `headroom` times its largest magnitude / 32767; readings
/// beyond saturate. Mean and deviation of each feature are those of what the device's own kernel gives.
/// Errors: invalid_argument for no windows, channels that do not fit the sensors, a channel that never
/// changes, readings that are not finite, and what the operator refuses.
SensorFrontEnd fit_front_end(const SensorConfig& config, const std::vector<data::Channel>& channels,
                             double rate_hz, const std::vector<WindowValues>& windows, ThreadPool& pool);

/// As text, for the metadata of a .tflite file, and back, bit for bit. Errors: bad_file.
std::string to_json(const SensorFrontEnd& front_end);
SensorFrontEnd parse_front_end(const std::string& json);

/// A reading as the device's int16 count, rounded and saturated.
int16_t to_sensor_count(float reading, float unit);

/// A front end's features, by the very kernel that the device runs.
class SensorFeatures {
 public:
  explicit SensorFeatures(SensorFrontEnd front_end);

  const SensorFrontEnd& front_end() const { return front_end_; }
  /// [1, frames, features, 1], int8.
  const Shape& shape() const { return extractor_.shape(); }
  int64_t size() const { return extractor_.size(); }
  const FeatureExtractor& extractor() const { return extractor_; }

  /// Readings as the device's int16 counts, rounded and saturated; whole samples of all channels.
  std::vector<int16_t> to_counts(WindowValues values) const;
  /// Of one window. Thread-safe.
  std::vector<int8_t> extract(WindowValues values) const;
  std::vector<std::vector<int8_t>> extract(const std::vector<WindowValues>& windows, ThreadPool& pool) const;

 private:
  SensorFrontEnd front_end_;
  FeatureExtractor extractor_;
};

/// The parameters under which nets read the int8 features: standard deviations from the mean, +-4.
Quantization sensor_feature_quantization();

}  // namespace tinyml::project
