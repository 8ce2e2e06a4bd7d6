// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tinyml/ops/feature_affine.h"
#include "tinyml/project/anomaly/anomaly_config.h"
#include "tinyml/project/sensors/sensor_features.h"

namespace tinyml::project {

/// What an anomaly net sees of a window: the front end's features; the level of each channel that is a sensor
/// of its own (a temperature says nothing by its spectrum), its mean in int8; then the context's newest
/// readings. Each is standardised like a feature.
struct AnomalyInputs {
  SensorFrontEnd front_end;
  struct Level {
    int32_t channel = 0;
    ops::FeatureAffine affine{};  // of the sum of the window's counts
  };
  std::vector<Level> levels;
  struct Context {
    std::string name;
    float offset = 0, scale = 1;  // see device::to_context
  };
  std::vector<Context> contexts;
  /// For a forecast: samples as they are, the contexts as channels of the front end. Within the last `hop`
  /// samples of a window, and within each so many before them, a context is its newest reading.
  bool raw = false;
  int32_t hop = 1;

  /// Channels of the sensors, without the contexts.
  int32_t sensed() const { return front_end.channels() - (raw ? static_cast<int32_t>(contexts.size()) : 0); }

  int32_t extra_values() const { return static_cast<int32_t>(levels.size() + contexts.size()); }
};

/// A stretch of a recording: readings [window, channels and contexts].
using AnomalyWindow = std::span<const float>;

/// Errors: as fit_front_end; invalid_argument for a context that never changes.
AnomalyInputs fit_anomaly_inputs(const AnomalyConfig& config, double rate_hz,
                                 const std::vector<AnomalyWindow>& windows, ThreadPool& pool);

/// Which features of a row are scored, contexts left out: all of raw samples and levels; of a spectrum the
/// log powers. Their moments have heavy tails, which a squared distance takes for anomalies.
std::vector<uint8_t> scored_features(const AnomalyInputs& inputs);
/// How many neighbouring log powers are averaged into one so that a channel has at most 32, which are fewer
/// and steadier. 1 without a spectrum, and where levels lie beside it.
int32_t merged_features(const AnomalyInputs& inputs);
/// The channel of each feature of a row; the contexts have none, -1.
std::vector<int32_t> channel_of_feature(const AnomalyInputs& inputs);

/// The input of the net for each window: one row of int8.
class AnomalyRows {
 public:
  explicit AnomalyRows(AnomalyInputs inputs);
  const AnomalyInputs& inputs() const { return inputs_; }
  /// [1, rows, values, 1].
  const Shape& shape() const { return shape_; }
  /// The sensors' readings of some instants as the Detector's push takes them.
  std::vector<int16_t> sensed_counts(AnomalyWindow instants) const;
  /// What the front end is fed: the sensors' counts, and a raw net's contexts.
  std::vector<int16_t> counts(AnomalyWindow window) const;
  std::vector<int8_t> row(AnomalyWindow window) const;
  std::vector<std::vector<int8_t>> rows(const std::vector<AnomalyWindow>& windows, ThreadPool& pool) const;

 private:
  AnomalyInputs inputs_;
  SensorFeatures features_;
  Shape shape_;
};

}  // namespace tinyml::project
