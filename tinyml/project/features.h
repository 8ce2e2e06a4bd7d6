// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"
#include "tinyml/project/audio/audio_config.h"

namespace tinyml::project {

/// The signal processing block of a project, run by the very kernel that the device runs.
class FeatureExtractor {
 public:
  explicit FeatureExtractor(const AudioConfig& config);
  /// Any front end (ops::frame_of), on windows of `window_samples` int16 values of all channels.
  FeatureExtractor(const Operator& op, int32_t window_samples);

  /// [1, frames, features, 1], int8.
  const Shape& shape() const { return shape_; }
  int64_t size() const { return elements(shape_); }
  int32_t window_samples() const { return window_samples_; }
  /// `window` holds window_samples() samples, `features` size() values. Thread-safe.
  void extract(std::span<const int16_t> window, std::span<int8_t> features) const;
  /// Of a recording of any length at the project's rate: fit to the window, then extracted.
  std::vector<int8_t> extract_clip(std::span<const int16_t> samples) const;

 private:
  Shape shape_;
  int32_t window_samples_;
  ops::KernelCall call_;
};

/// The parameters under which nets read the int8 features: [0, 4), the quietest at 0, so that the zeros
/// of a padded convolution mean silence.
Quantization feature_quantization();
/// The float32 values of int8 features under feature_quantization().
void to_float(std::span<const int8_t> features, std::span<float> values);

/// `net` (int8, reading features) with the signal processing operator in front: int16 samples to scores.
Graph with_features(const Graph& net, const AudioConfig& config);

}  // namespace tinyml::project
