// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/int8_constants.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tinyml {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::unsupported, "not supported: " + what);
}

template <class... Ops>
bool is_any(const Operator& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Of which slice of q's axis each element of a row-major tensor is one.
struct Slices {
  int64_t inner = 1, count = 1;

  Slices(const Shape& shape, const Quantization& q) : count(static_cast<int64_t>(q.scales.size())) {
    for (size_t i = static_cast<size_t>(q.axis) + 1; i < shape.size(); ++i) inner *= shape[i];
  }
  size_t of(size_t index) const {
    return count == 1 ? 0 : static_cast<size_t>(static_cast<int64_t>(index) / inner % count);
  }
};

void check_finite(const Tensor& tensor) {
  for (const float value : tensor.values<float>()) {
    if (!std::isfinite(value)) {
      throw Error(ErrorKind::bad_file, "the constant " + tensor.name + " is not finite");
    }
  }
}

/// Symmetric, by output channel.
Quantization scales_of(const Tensor& weights, int32_t axis) {
  Quantization q;
  q.axis = axis;
  const auto channels = static_cast<size_t>(weights.shape[static_cast<size_t>(axis)]);
  q.scales.assign(channels, 0);
  q.zero_points.assign(channels, 0);
  const Slices slices(weights.shape, q);
  const auto values = weights.values<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    float& largest = q.scales[slices.of(i)];
    largest = std::max(largest, std::abs(values[i]));
  }
  for (float& scale : q.scales) scale = scale > 0 ? scale / 127 : 1.0f;
  return q;
}

void quantize_weights(Tensor& weights, int32_t axis) {
  if (weights.dtype != DType::float32) refuse(fmt::format("weights of {}", name_of(weights.dtype)));
  check_finite(weights);
  Quantization& q = weights.quantization;
  if (q.empty()) q = scales_of(weights, axis);
  for (const int32_t zero : q.zero_points) {
    if (zero != 0) refuse(fmt::format("weights with a zero point of {}: quantize them symmetrically", zero));
  }
  const Slices slices(weights.shape, q);
  const auto values = weights.values<float>();
  std::vector<int8_t> codes(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float code = std::round(values[i] / q.scales[slices.of(i)]);
    if (!(code >= -128 && code <= 127)) refuse("weights of more than 8 bits");
    codes[i] = static_cast<int8_t>(code);
  }
  weights.dtype = DType::int8;
  weights.data = to_constant(std::span<const int8_t>(codes));
}

/// int32 on the product of the scales of input and weights.
void quantize_bias(Tensor& bias, const Quantization& of_weights, float input_scale) {
  if (bias.dtype != DType::float32) refuse(fmt::format("a bias of {}", name_of(bias.dtype)));
  const auto values = bias.values<float>();
  std::vector<int32_t> codes;
  Quantization quantization;
  for (const float scale : of_weights.scales) quantization.scales.push_back(input_scale * scale);
  quantization.zero_points.assign(quantization.scales.size(), 0);
  for (size_t i = 0; i < values.size(); ++i) {
    const double weight_scale = of_weights.scales[of_weights.per_channel() ? i : 0];
    const double code = std::round(values[i] / (double{input_scale} * weight_scale));
    if (!(std::abs(code) < std::numeric_limits<int32_t>::max())) {
      refuse("a bias that int32 on the scales of input and weights cannot hold");
    }
    codes.push_back(static_cast<int32_t>(code));
  }
  bias.dtype = DType::int32;
  bias.data = to_constant(std::span<const int32_t>(codes));
  bias.quantization = quantization;
}

/// From the least to the largest value and 0.
Quantization range_of(const Tensor& tensor) {
  float least = 0, most = 0;
  for (const float value : tensor.values<float>()) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const float scale = std::max((most - least) / 255, 1e-30f);
  return {{scale}, {static_cast<int32_t>(std::lround(-128 - least / scale))}, 0};
}

/// Whether the tensor has one scale on which its values are int8.
bool has_own_scale(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  if (q.scales.size() != 1) return false;
  const auto values = tensor.values<float>();
  return std::all_of(values.begin(), values.end(), [&](float value) {
    const float code = std::round(value / q.scale()) + static_cast<float>(q.zero_point());
    return code >= -128 && code <= 127;
  });
}

/// A copy of a constant that only this node reads.
Tensor& own(Graph& graph, TensorId& id) {
  id = graph.add(Tensor(graph[id]));
  return graph[id];
}

}  // namespace

Tensor on_scale(const Tensor& constant, const Quantization& q) {
  check_finite(constant);
  Tensor tensor = constant;
  std::vector<int8_t> codes;
  for (const float value : constant.values<float>()) {
    const float steps = std::clamp(std::round(value / q.scale()), -1024.0f, 1024.0f);
    codes.push_back(static_cast<int8_t>(std::clamp(static_cast<int32_t>(steps) + q.zero_point(), -128, 127)));
  }
  tensor.dtype = DType::int8;
  tensor.quantization = q;
  tensor.data = to_constant(std::span<const int8_t>(codes));
  return tensor;
}

void quantize_constants(Graph& graph, Node& node) {
  const bool depthwise = is_any<DepthwiseConv2D>(node.op);
  if (depthwise || is_any<Conv2D, FullyConnected, TransposeConv>(node.op)) {
    if (!graph[node.inputs.at(1)].is_constant()) refuse("weights that are computed");
    quantize_weights(own(graph, node.inputs[1]), depthwise ? 3 : 0);
    if (node.inputs.size() < 3 || node.inputs[2] == kNoTensor) return;
    const Quantization of_weights = graph[node.inputs[1]].quantization;
    const float input_scale = graph[node.inputs[0]].quantization.scale();
    return quantize_bias(own(graph, node.inputs[2]), of_weights, input_scale);
  }
  const Binary* binary = std::get_if<Binary>(&node.op);
  const bool chooses = binary && (binary->kind == BinaryKind::minimum || binary->kind == BinaryKind::maximum);
  for (TensorId& id : node.inputs) {
    if (id == kNoTensor || !graph[id].is_constant() || graph[id].dtype != DType::float32) continue;
    Tensor& tensor = own(graph, id);
    const bool one_scale = chooses || is_any<Concatenation, Select>(node.op);
    tensor = on_scale(tensor, one_scale               ? graph[node.outputs.at(0)].quantization
                              : has_own_scale(tensor) ? tensor.quantization
                                                      : range_of(tensor));
  }
}

}  // namespace tinyml
