// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/post_training.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tinyml::quantize {
namespace {

int8_t to_int8(double value) { return static_cast<int8_t>(std::clamp(std::round(value), -127.0, 127.0)); }

bool keeps_quantization(const Operator& op) {
  return std::holds_alternative<Reshape>(op) || std::holds_alternative<AveragePool2D>(op) ||
         std::holds_alternative<MaxPool2D>(op) || std::holds_alternative<StridedSlice>(op) ||
         std::holds_alternative<Transpose>(op) || std::holds_alternative<SpaceToDepth>(op) ||
         std::holds_alternative<Pad>(op) || std::holds_alternative<Resize>(op);
}

/// The axis of weights that counts output channels; negative: no weights.
int weight_axis(const Operator& op) {
  if (std::holds_alternative<Conv2D>(op) || std::holds_alternative<FullyConnected>(op)) return 0;
  return std::holds_alternative<DepthwiseConv2D>(op) ? 3 : -1;
}

/// TFLM's FULLY_CONNECTED takes one scale for all weights.
bool per_channel(const Operator& op) { return !std::holds_alternative<FullyConnected>(op); }

/// `bias` may be null. A channel whose weights are small beside its bias gets a scale that keeps the bias
/// well inside int32.
Tensor quantize_weights(const Tensor& weights, const Tensor* bias, float input_scale, int axis,
                        bool channels) {
  const auto values = weights.values<float>();
  const size_t count = static_cast<size_t>(weights.shape[static_cast<size_t>(axis)]);
  const size_t inner = axis == 0 ? values.size() / count : 1;
  std::vector<float> largest(count);
  for (size_t i = 0; i < values.size(); ++i) {
    float& peak = largest[(i / inner) % count];
    peak = std::max(peak, std::fabs(values[i]));
  }
  std::vector<float> scales(count);
  for (size_t c = 0; c < count; ++c) {
    const float offset = bias ? std::fabs(bias->values<float>()[c]) : 0.0f;
    scales[c] = std::max({largest[c] / 127.0f, offset / (input_scale * 0x1p29f), 1e-9f});
  }
  if (!channels) std::fill(scales.begin(), scales.end(), *std::max_element(scales.begin(), scales.end()));

  std::vector<int8_t> quantized(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    quantized[i] = to_int8(static_cast<double>(values[i]) / scales[(i / inner) % count]);
  }
  Tensor result{weights.name, DType::int8, weights.shape, {}, to_constant<int8_t>(quantized)};
  result.quantization.axis = axis;
  result.quantization.scales = channels ? scales : std::vector<float>{scales[0]};
  result.quantization.zero_points.assign(result.quantization.scales.size(), 0);
  return result;
}

Tensor quantize_bias(const Tensor* bias, const std::string& name, int32_t count, float input_scale,
                     const Quantization& weights) {
  std::vector<int32_t> quantized(static_cast<size_t>(count));
  Tensor result{name, DType::int32, {count}, {}, nullptr};
  for (size_t c = 0; c < quantized.size(); ++c) {
    const double scale = static_cast<double>(input_scale) * weights.scales[weights.per_channel() ? c : 0];
    const double value = bias ? static_cast<double>(bias->values<float>()[c]) / scale : 0;
    quantized[c] = static_cast<int32_t>(std::clamp(std::round(value), -2147483647.0, 2147483647.0));
  }
  for (const float scale : weights.scales) result.quantization.scales.push_back(input_scale * scale);
  result.quantization.zero_points.assign(weights.scales.size(), 0);
  result.data = to_constant<int32_t>(quantized);
  return result;
}

/// Replaces a recurrent node's matrices and biases. `state_scale` is that of what the recurrent matrices
/// multiply, the last of which has a bias too where there are more biases than gates.
void quantize_recurrent(const Graph& source, size_t gates, float state_scale, Graph& graph, Node& node) {
  const float input_scale = graph[node.inputs[0]].quantization.scale();
  for (size_t m = 0; m < 2 * gates; ++m) {
    const float scale = m < gates ? input_scale : state_scale;
    const size_t of_bias = m < gates ? 1 + 2 * gates + m : 1 + 3 * gates;
    const bool has_bias = m < gates || (m + 1 == 2 * gates && node.inputs.size() > of_bias);
    const Tensor* bias = has_bias ? &source[node.inputs[of_bias]] : nullptr;
    Tensor weights = quantize_weights(source[node.inputs[1 + m]], bias, scale, 0, false);
    if (bias) {
      node.inputs[of_bias] =
          graph.add(quantize_bias(bias, bias->name, bias->shape[0], scale, weights.quantization));
    }
    node.inputs[1 + m] = graph.add(std::move(weights));
  }
}

/// The exponent of the finest step that holds the range in 16 bits.
int32_t cell_scale_log2(Range range) {
  const double peak = std::max(-static_cast<double>(range.low), static_cast<double>(range.high));
  int exponent = 0;
  std::frexp(peak / 32767, &exponent);
  return std::clamp(exponent, -15, -9);
}

}  // namespace

Quantization activation_quantization(Range range) {
  const double low = std::min(range.low, 0.0f);
  const double high = std::max(range.high, 0.0f);
  const double scale = std::max((high - low) / 255.0, 1e-9);
  const double zero_point = std::clamp(std::round(-128 - low / scale), -128.0, 127.0);
  return {{static_cast<float>(scale)}, {static_cast<int32_t>(zero_point)}, 0};
}

Graph quantize(const Graph& source, const std::vector<Range>& ranges,
               const std::optional<Quantization>& input) {
  const size_t tensors = source.tensors.size();
  TINYML_CHECK(ranges.size() == tensors || ranges.size() == tensors + source.nodes.size());
  Graph graph = source;
  for (size_t id = 0; id < source.tensors.size(); ++id) {
    Tensor& tensor = graph.tensors[id];
    if (tensor.is_constant()) continue;
    tensor.dtype = DType::int8;
    tensor.quantization = activation_quantization(ranges[id]);
  }
  if (input) graph[graph.inputs.at(0)].quantization = *input;

  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    Tensor& output = graph[node.outputs.at(0)];
    if (keeps_quantization(node.op)) {
      output.quantization = graph[node.inputs[0]].quantization;
    } else if (std::holds_alternative<Softmax>(node.op)) {
      output.quantization = {{1.0f / 256}, {-128}, 0};
    } else if (auto* lstm = std::get_if<Lstm>(&node.op)) {
      lstm->cell_scale_log2 = cell_scale_log2(ranges.size() > tensors ? ranges[tensors + i] : Range{-8, 8});
      quantize_recurrent(source, 4, output.quantization.scale(), graph, node);
    } else if (std::holds_alternative<Gru>(node.op)) {
      quantize_recurrent(source, 3, 0x1p-15f, graph, node);
    } else if (const int axis = weight_axis(node.op); axis >= 0) {
      const std::string name = output.name;
      const float input_scale = graph[node.inputs[0]].quantization.scale();
      node.inputs.resize(3, kNoTensor);
      const Tensor* bias = node.inputs[2] == kNoTensor ? nullptr : &source[node.inputs[2]];
      Tensor weights =
          quantize_weights(source[node.inputs[1]], bias, input_scale, axis, per_channel(node.op));
      const int32_t count = weights.shape[static_cast<size_t>(axis)];
      Tensor quantized_bias =
          quantize_bias(bias, bias ? bias->name : name + "/bias", count, input_scale, weights.quantization);
      node.inputs[1] = graph.add(std::move(weights));
      node.inputs[2] = graph.add(std::move(quantized_bias));
    } else if (!std::holds_alternative<Add>(node.op) && !std::holds_alternative<Sub>(node.op) &&
               !std::holds_alternative<Mul>(node.op)) {
      throw Error(ErrorKind::unsupported, fmt::format("op {} {} has no int8 form", i, name_of(node.op)));
    }
  }
  return graph;
}

}  // namespace tinyml::quantize
