// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;

/// The same value with extents of 1 in front.
Value of_rank(Import& import, Value value, size_t rank) {
  const size_t more = rank - value.rank();
  if (more == 0) return value;
  const auto lengthen = [&](Shape& shape) { shape.insert(shape.begin(), more, 1); };
  if (value.constant) {
    Constant constant = *value.constant;
    lengthen(constant.shape);
    constant.quantization.axis += static_cast<int32_t>(more);
    return import.value(std::move(constant));
  }
  lengthen(value.shape);
  Shape stored = import.graph[value.id].shape;
  lengthen(stored);
  value.id = import.reshape(value.id, stored);
  for (int32_t& axis : value.order) axis += static_cast<int32_t>(more);
  const Order front = plain_order(more);
  value.order.insert(value.order.begin(), front.begin(), front.end());
  return value;
}

/// The convolution or dense layer without bias or activation that computes `id`, seen through reshapes.
Node* bare_layer(Graph& graph, TensorId id) {
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (node->outputs[0] != id) continue;
    if (!graph[id].quantization.empty()) return nullptr;
    if (std::holds_alternative<Reshape>(node->op) &&
        graph[id].shape.back() == graph[node->inputs[0]].shape.back()) {
      id = node->inputs[0];
      continue;
    }
    const bool layer = std::holds_alternative<Conv2D>(node->op) ||
                       std::holds_alternative<DepthwiseConv2D>(node->op) ||
                       std::holds_alternative<FullyConnected>(node->op);
    return layer && node->inputs.size() == 2 ? &*node : nullptr;
  }
  return nullptr;
}

/// Whether the constant, added to `x`, became the bias of the layer that computes x.
bool add_bias(Import& import, Source& source, size_t x_index, const Value& x, const Value& constant) {
  if (source.uses_of_input(x_index) != 1 || x.order.empty()) return false;
  const auto channels = static_cast<size_t>(x.order.back());
  const int32_t units = x.shape[channels];
  if (constant.constant->size() != units || constant.shape[channels] != units) return false;
  Node* layer = bare_layer(import.graph, x.id);
  if (!layer) return false;
  Constant bias = *constant.constant;
  bias.shape = {units};
  bias.quantization.axis = 0;
  const TensorId id = import.add_constant(bias, import.graph[layer->outputs[0]].name + "/bias");
  layer->inputs.push_back(id);
  return true;
}

Operator pair_of(const std::string& op) {
  if (op == "Add") return Add{};
  if (op == "Sub") return Sub{};
  if (op == "Mul") return Mul{};
  if (op == "PRelu") return Prelu{};
  return Binary{op == "Div" ? BinaryKind::div : op == "Min" ? BinaryKind::minimum : BinaryKind::maximum};
}

}  // namespace

void map_pair(Import& import, Source& source) {
  if (source.input_count() != 2) refuse(fmt::format("{} inputs (2 are)", source.input_count()));
  const size_t rank = std::max(source.input(0).rank(), source.input(1).rank());
  Value a = of_rank(import, source.input(0), rank), b = of_rank(import, source.input(1), rank);
  for (const Value* value : {&a, &b}) {
    if (value->constant && value->constant->size() == 0) refuse("an empty constant");
  }
  if (source.op() == "Add" && !a.constant != !b.constant) {
    const bool first = !a.constant;
    const Value& x = first ? a : b;
    if (add_bias(import, source, first ? 0 : 1, x, first ? b : a)) return source.set_output(0, x);
  }
  const Order order = a.constant ? b.order : a.order;
  const std::vector<TensorId> inputs{import.tensor(a, order), import.tensor(b, order)};
  source.set_output(0,
                    import.computed(import.add(pair_of(source.op()), inputs, source.output_name(0)), order));
}

}  // namespace tinyml::formats::onnx
