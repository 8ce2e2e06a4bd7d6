// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tinyml/ops/feature_affine.h"
#include "tinyml/project/sensor_features.h"

namespace tinyml::project {

/// What an anomaly net sees of a window: the front end's features; the level of each channel that is a sensor
/// of its own (a temperature says nothing by its spectrum), its mean in int8; then the context's values. Each
/// is standardised like a feature.
struct AnomalyInputs {
  SensorFrontEnd front_end;
  struct Level {
    int32_t channel = 0;
    ops::FeatureAffine affine{};  // of the sum of the window's counts
  };
  std::vector<Level> levels;
  struct Context {
    std::string name;
    double offset = 0, scale = 1;  // int8 = clamp(round((value - offset) / scale))
  };
  std::vector<Context> contexts;
  bool raw = false;  // for a forecast: samples as they are, the contexts as channels of the front end

  int32_t extra_values() const { return static_cast<int32_t>(levels.size() + contexts.size()); }
};

/// A stretch of a recording: readings [window, channels and contexts].
using AnomalyWindow = std::span<const float>;

/// `sensors` name the first channels of the windows, `contexts` those behind them. Errors: as fit_front_end.
AnomalyInputs fit_anomaly_inputs(const SensorConfig& config, const std::vector<std::string>& contexts,
                                 bool raw, double rate_hz, const std::vector<AnomalyWindow>& windows,
                                 ThreadPool& pool);

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
  std::vector<int8_t> row(AnomalyWindow window) const;
  std::vector<std::vector<int8_t>> rows(const std::vector<AnomalyWindow>& windows, ThreadPool& pool) const;

 private:
  AnomalyInputs inputs_;
  SensorFeatures features_;
  Shape shape_;
};

}  // namespace tinyml::project
