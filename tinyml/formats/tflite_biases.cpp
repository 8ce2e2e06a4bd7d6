// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite_biases.h"

namespace tinyml::formats::tflite {

std::optional<Quantization> bias_quantization(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<Conv2D>(node.op) && !std::holds_alternative<DepthwiseConv2D>(node.op) &&
      !std::holds_alternative<TransposeConv>(node.op)) {
    return {};
  }
  if (node.inputs.size() < 3 || node.inputs[2] == kNoTensor) return {};
  const Quantization &input = graph[node.inputs[0]].quantization,
                     &weights = graph[node.inputs[1]].quantization;
  const Tensor& bias = graph[node.inputs[2]];
  if (input.scales.size() != 1 || !weights.per_channel() || !bias.is_constant() ||
      (bias.dtype != DType::int32 && bias.dtype != DType::int64)) {
    return {};
  }
  Quantization quantization;
  for (const float scale : weights.scales) quantization.scales.push_back(input.scale() * scale);
  quantization.zero_points.assign(weights.scales.size(), 0);
  return quantization;
}

void complete_bias(Graph& graph, const Node& node) {
  const auto known = bias_quantization(graph, node);
  if (known && graph[node.inputs[2]].quantization.empty()) graph[node.inputs[2]].quantization = *known;
}

}  // namespace tinyml::formats::tflite
