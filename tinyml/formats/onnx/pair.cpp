// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

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
  if (op == "Add" || op == "Sum" || op == "Mean") return Add{};
  if (op == "Sub") return Sub{};
  if (op == "Mul") return Mul{};
  if (op == "PRelu") return Prelu{};
  return Binary{op == "Div" ? BinaryKind::div : op == "Min" ? BinaryKind::minimum : BinaryKind::maximum};
}

}  // namespace

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

void map_pair(Import& import, Source& source) {
  const std::string op = source.op();
  const bool any_number = op == "Min" || op == "Max" || op == "Sum" || op == "Mean";
  const size_t count = source.input_count();
  if (count != 2 && !any_number) reject(fmt::format("{} inputs instead of 2", count));
  if (count < 2) return map_identity(import, source);
  size_t rank = 1;
  for (size_t i = 0; i < count; ++i) {
    rank = std::max(rank, source.input(i).rank());
    if (source.is_constant(i) && source.input(i).constant->size() == 0) refuse("an empty constant");
  }
  std::vector<Value> values;
  for (size_t i = 0; i < count; ++i) values.push_back(of_rank(import, source.input(i), rank));
  if (op == "Add" && !values[0].constant != !values[1].constant) {
    const size_t first = values[0].constant ? 1 : 0;
    if (add_bias(import, source, first, values[first], values[1 - first])) {
      return source.set_output(0, values[first]);
    }
  }
  const auto computed =
      std::find_if(values.begin(), values.end(), [](const Value& v) { return !v.constant; });
  if (computed == values.end()) refuse("constants of this type");
  // Two constants are never joined: what is computed comes first where there are more.
  if (count > 2) std::iter_swap(values.begin(), computed);
  const Order order = count > 2 ? values[0].order : computed->order;
  const std::string name = source.output_name(0);
  TensorId id = import.tensor(values[0], order);
  for (size_t i = 1; i < count; ++i)
    id = import.add(pair_of(op), {id, import.tensor(values[i], order)}, name);
  if (op == "Mean") {
    const Constant part =
        make_constant(DType::float32, Shape(rank, 1), std::vector<float>{1 / static_cast<float>(count)});
    id = import.add(Mul{}, {id, import.add_constant(part, name + "/part")}, name);
  }
  source.set_output(0, import.computed(id, order));
}

}  // namespace tinyml::formats::onnx
