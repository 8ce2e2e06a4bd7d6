// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/variables.h"

#include <algorithm>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {
namespace {

/// Whether a FILL with these two inputs sets a tensor to the real 0.
bool fills_with_zero(const Tensor& extents, const Tensor& value, const Tensor& filled) {
  if (!extents.is_constant() || extents.dtype != DType::int32 || !value.is_constant()) return false;
  const auto shape = extents.values<int32_t>();
  if (Shape(shape.begin(), shape.end()) != filled.shape) return false;
  if (value.dtype != filled.dtype || elements(value.shape) != 1) return false;
  if (value.dtype == DType::float32) return value.values<float>()[0] == 0;
  return value.dtype == DType::int8 && filled.quantization.scales.size() == 1 &&
         value.values<int8_t>()[0] == filled.quantization.zero_point();
}

bool is_zero(const Tensor& tensor) {
  if (!tensor.is_constant() || tensor.dtype != DType::float32) return false;
  const auto values = tensor.values<float>();
  return std::all_of(values.begin(), values.end(), [](float value) { return value == 0; });
}

}  // namespace

void Variables::add_tensor(bool is_variable) {
  variable_.push_back(is_variable);
  at_zero_.push_back(false);
  state_.push_back(false);
}

bool Variables::set_to_zero(const Graph& graph, const Node& node, schema::BuiltinOperator builtin) {
  if (node.outputs.size() != 1 || !variable_[static_cast<size_t>(node.outputs[0])]) return false;
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor) return false;
  }
  const Tensor& set = graph[node.outputs[0]];
  bool zero = false;
  if (builtin == schema::BuiltinOperator::FILL && node.inputs.size() == 2) {
    zero = fills_with_zero(graph[node.inputs[0]], graph[node.inputs[1]], set);
  } else if (builtin == schema::BuiltinOperator::QUANTIZE && node.inputs.size() == 1) {
    const Tensor& from = graph[node.inputs[0]];
    zero = (at_zero_[static_cast<size_t>(node.inputs[0])] || is_zero(from)) && from.shape == set.shape;
  }
  if (zero) at_zero_[static_cast<size_t>(node.outputs[0])] = true;
  return zero;
}

void Variables::keep_state(const Graph& graph, const std::vector<TensorId>& inputs) {
  for (const TensorId id : inputs) {
    if (id == kNoTensor || !variable_[static_cast<size_t>(id)]) continue;
    const auto i = static_cast<size_t>(id);
    if (state_[i]) refuse("the state " + graph[id].name + ", which two operators share");
    state_[i] = true;
    at_zero_[i] = false;
  }
}

void Variables::refuse_in(const Graph& graph, const std::vector<TensorId>& ids) const {
  for (const TensorId id : ids) {
    if (id != kNoTensor && variable_[static_cast<size_t>(id)]) {
      refuse(graph[id].name + ", a variable (state that the model keeps)");
    }
  }
}

void Variables::finish(const Graph& graph) const {
  for (size_t i = 0; i < at_zero_.size(); ++i) {
    if (at_zero_[i])
      refuse("the variable " + graph.tensors[i].name + ", set to zero for no operator after it");
  }
}

}  // namespace tinyml::formats::tflite
