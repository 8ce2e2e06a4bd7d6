// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace tinyml::formats::tflite {
namespace {

template <class T>
bool holds(int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

/// Of any type that a graph's values may have.
void check_value(const Tensor& tensor, bool may_be_scalar = false) {
  if (tensor.shape.empty() && !may_be_scalar) refuse(fmt::format("{} without a shape", tensor.name));
  if (tensor.quantization.scales.size() > 1) {
    reject(fmt::format("{} has {} scales instead of one", tensor.name, tensor.quantization.scales.size()));
  }
}

void check_activation(const Tensor& tensor) {
  check_value(tensor);
  if (tensor.dtype == DType::float32) return;
  if (tensor.dtype != DType::int8 && tensor.dtype != DType::int16) {
    refuse(fmt::format("{} of {} (int8, int16 and float32 are)", tensor.name, name_of(tensor.dtype)));
  }
  if (tensor.quantization.empty()) reject(fmt::format("{} has no scale", tensor.name));
}

/// Whether the operator's own read_tflite checks which inputs are constants and their types.
bool takes_any_inputs(const Operator& op) {
  return std::visit(
      [](const auto& attributes) {
        return requires { attributes.kAnyInputs; };
      },
      op);
}

/// Input 1 and 2 of convolutions and dense layers; `axis` is that of the output channels.
void check_parameters(const Graph& graph, const Node& node, int32_t axis) {
  const DType activations = graph[node.inputs[0]].dtype;
  const Tensor& weights = graph[node.inputs[1]];
  if (!weights.is_constant()) refuse("weights that are computed");
  // int8 weights go with int8 and int16 activations, and with float32 ones in dynamic-range models.
  const bool int16 = activations == DType::int16;
  if (weights.dtype != DType::int8 && (int16 || weights.dtype != activations)) {
    refuse(fmt::format("{} weights on {} activations: quantize the model to int8 throughout",
                       name_of(weights.dtype), name_of(activations)));
  }
  const auto channel_axis = static_cast<size_t>(axis);
  if (weights.shape.size() <= channel_axis) reject("its weights have the shape " + to_string(weights.shape));
  if (weights.dtype == DType::int8) {
    const Quantization& q = weights.quantization;
    if (q.empty()) reject("its weights have no scale");
    if (q.per_channel() && q.axis != axis) refuse(fmt::format("weight scales on axis {}", q.axis));
    if (std::any_of(q.zero_points.begin(), q.zero_points.end(), [](int32_t zero) { return zero != 0; })) {
      refuse("weights with a zero point other than 0");
    }
  }
  if (node.inputs.size() < 3) return;
  const Tensor& bias = graph[node.inputs[2]];
  if (!bias.is_constant()) refuse("a bias that is computed");
  const DType usual = activations == DType::float32 ? DType::float32 : DType::int32;
  if (bias.dtype != usual && !(int16 && bias.dtype == DType::int64)) {
    refuse(fmt::format("a bias of {}", name_of(bias.dtype)));
  }
  if (bias.shape != Shape{weights.shape[channel_axis]}) {
    reject(fmt::format("its bias {} does not fit its weights {}", to_string(bias.shape),
                       to_string(weights.shape)));
  }
}

}  // namespace

void reject(const std::string& message) { throw Error(ErrorKind::bad_file, message); }

void refuse(const std::string& what) { throw Error(ErrorKind::unsupported, "not supported: " + what); }

void check_extents(const Shape& shape) {
  constexpr size_t kMostExtents = 6;
  constexpr int32_t kMostExtent = 1 << 20;
  constexpr int64_t kMostElements = 1 << 28;
  if (shape.size() > kMostExtents) refuse(fmt::format("{} dimensions", shape.size()));
  int64_t count = 1;
  for (const int32_t extent : shape) {
    if (extent < 1) reject(fmt::format("an extent of {}", extent));
    if (extent > kMostExtent) refuse(fmt::format("an extent of {}", extent));
    count *= extent;
    if (count > kMostElements) refuse("more than 2^28 elements");
  }
}

int32_t checked_zero_point(int64_t zero_point, DType dtype) {
  const bool fits = dtype == DType::int8    ? holds<int8_t>(zero_point)
                    : dtype == DType::uint8 ? holds<uint8_t>(zero_point)
                    : dtype == DType::int16 ? holds<int16_t>(zero_point)
                                            : holds<int32_t>(zero_point);
  if (!fits) reject(fmt::format("the zero point {} for {}", zero_point, name_of(dtype)));
  return static_cast<int32_t>(zero_point);
}

void check_input(const Graph& graph, TensorId id) {
  if (id == kNoTensor) reject("a model input is missing");
  const Tensor& tensor = graph[id];
  if (tensor.is_constant()) reject(fmt::format("the model input {} is a constant", tensor.name));
  with_context("model input", [&] { check_value(tensor); });
  if (tensor.shape[0] != 1) {
    refuse(fmt::format("the batch of {1} of the model input {0} (1 is)", tensor.name, tensor.shape[0]));
  }
}

void check_output(const Graph& graph, TensorId id) {
  if (id == kNoTensor) reject("a model output is missing");
  if (graph[id].is_constant()) reject(fmt::format("the model output {} is a constant", graph[id].name));
}

void check_node(const Graph& graph, const Node& node) {
  for (const TensorId id : node.outputs) {
    check_value(graph[id], std::holds_alternative<SignalFftAutoScale>(node.op));
  }
  if (takes_any_inputs(node.op)) {
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor || graph[id].is_constant()) continue;
      check_value(graph[id], std::holds_alternative<SignalSquareRoot>(node.op));
    }
    return;
  }
  const bool parameters = std::holds_alternative<Conv2D>(node.op) ||
                          std::holds_alternative<DepthwiseConv2D>(node.op) ||
                          std::holds_alternative<FullyConnected>(node.op);
  const bool recurrent = std::holds_alternative<Lstm>(node.op) ||
                         std::holds_alternative<Gru>(node.op);  // their mappings check the parameters
  for (size_t i = 0; i < (parameters || recurrent ? 1 : node.inputs.size()); ++i) {
    const Tensor& input = graph[node.inputs[i]];
    if (input.is_constant()) refuse(fmt::format("the constant input {}", input.name));
    check_activation(input);
    if (input.dtype != graph[node.inputs[0]].dtype) {
      refuse(fmt::format("inputs of {} and {}", name_of(graph[node.inputs[0]].dtype), name_of(input.dtype)));
    }
  }
  check_activation(graph[node.outputs[0]]);
  if (parameters) check_parameters(graph, node, std::holds_alternative<DepthwiseConv2D>(node.op) ? 3 : 0);
}

}  // namespace tinyml::formats::tflite
