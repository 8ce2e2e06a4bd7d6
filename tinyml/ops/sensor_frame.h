// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the sensors' front ends share.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/feature_affine.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// The longest frame, in samples a channel.
constexpr int32_t kLongestSensorFrame = 65536;

/// `op` names the operator in messages. Errors: invalid_argument, naming the attribute and the remedy.
void check_frame(const SensorFrame& frame, std::string_view op);
/// Of offset and scale, one each of `features` features or empty. Errors as before.
void check_standardisation(const std::vector<float>& offset, const std::vector<float>& scale,
                           int32_t features, std::string_view op);

/// Sets the output [N, frames, features, 1]: int8 counts (scale 1, zero point 0) of int16 samples, float32
/// features of float32 ones. Errors: bad_file, invalid_argument.
void infer_sensor(const SensorFrame& frame, int32_t features, std::string_view op, Graph& graph,
                  const Node& node);

/// One LSB of a channel.
double unit_of(const SensorFrame& frame, int32_t channel);
inline double offset_of(const std::vector<float>& offset, size_t feature) {
  return offset.empty() ? 0.0 : static_cast<double>(offset[feature]);
}
inline double scale_of(const std::vector<float>& scale, size_t feature) {
  return scale.empty() ? 1.0 : static_cast<double>(scale[feature]);
}

/// Calls `features` with the samples of each channel of each frame, frame by frame, which appends that
/// channel's features; writes them all to the output.
void for_each_channel(
    const SensorFrame& frame, FloatForward& pass,
    const std::function<void(std::span<const double> samples, std::vector<double>& features)>& features);

Table affine_table(std::span<const FeatureAffine> affine);

/// The moments of the device's statistics.h, in float64; all 0 but the mean where all values are equal.
struct ExactStatistics {
  double mean = 0, deviation = 0, root_mean_square = 0, skewness = 0, kurtosis = 0;
};
ExactStatistics exact_statistics(std::span<const double> values);

}  // namespace tinyml::ops
