// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/graph/half_weights.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {

float round_to_half(float value) {
  constexpr double kMost = 65504;
  if (!std::isfinite(value)) return value;
  int exponent = 0;
  std::frexp(value, &exponent);
  // 11 significant bits; below 2^-14 steps of 2^-24.
  const double step = std::ldexp(1.0, std::max(exponent - 11, -24));
  return static_cast<float>(
      std::clamp(std::nearbyint(static_cast<double>(value) / step) * step, -kMost, kMost));
}

Graph to_float16(const Graph& model) {
  Graph graph = model;
  for (Tensor& tensor : graph.tensors) {
    if (!tensor.is_constant() || tensor.dtype != DType::float32) continue;
    std::vector<float> rounded;
    for (const float value : tensor.values<float>()) rounded.push_back(round_to_half(value));
    tensor.data = to_constant<float>(rounded);
  }
  set_half_weights(graph);
  return graph;
}

}  // namespace tinyml::quantize
