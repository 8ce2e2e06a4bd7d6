// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/formats/onnx/mappings.h"

namespace tinyml::formats::onnx {
namespace {

bool is_reshape(const Node& node) { return std::holds_alternative<Reshape>(node.op); }

void drop_unread(Graph& graph) {
  std::vector<bool> read(graph.tensors.size());
  for (const TensorId id : graph.outputs) read[static_cast<size_t>(id)] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool wanted = std::any_of(node->outputs.begin(), node->outputs.end(),
                                    [&](TensorId id) { return read[static_cast<size_t>(id)]; });
    if (!wanted) continue;
    for (const TensorId id : node->inputs) read[static_cast<size_t>(id)] = true;
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
}

/// Whether the node changes each element by itself, all alike.
bool is_elementwise(const Operator& op) {
  return std::holds_alternative<Relu>(op) || std::holds_alternative<Unary>(op) ||
         std::holds_alternative<Quantize>(op) || std::holds_alternative<Dequantize>(op);
}

/// The node before `id`, seen through those that change elements one by one, where nothing else reads what is
/// between; null where it is of another operator.
template <class Op>
Node* only_before(Graph& graph, const std::vector<int>& uses, TensorId id) {
  if (uses[static_cast<size_t>(id)] != 1) return nullptr;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (node->outputs[0] != id) continue;
    if (std::holds_alternative<Op>(node->op)) return &*node;
    if (!is_elementwise(node->op) || uses[static_cast<size_t>(node->inputs[0])] != 1) return nullptr;
    id = node->inputs[0];
  }
  return nullptr;
}

}  // namespace

void fold_transposes(Import& import) {
  Graph& graph = import.graph;
  std::vector<int> uses(graph.tensors.size());
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.inputs) ++uses[static_cast<size_t>(id)];
  }
  for (const TensorId id : graph.outputs) ++uses[static_cast<size_t>(id)];
  for (Node& dense : graph.nodes) {
    if (!std::holds_alternative<FullyConnected>(dense.op)) continue;
    Node* flat = only_before<Reshape>(graph, uses, dense.inputs[0]);
    Node* turned = flat ? only_before<Transpose>(graph, uses, flat->inputs[0]) : nullptr;
    if (!turned) continue;
    const Shape shape = graph[turned->outputs[0]].shape;
    const Tensor weights = graph[dense.inputs[1]];
    if (elements(shape) != weights.shape[1]) continue;
    Constant columns{weights.dtype, {weights.shape[0]}, weights.data, {}};
    columns.shape.insert(columns.shape.end(), shape.begin(), shape.end());
    Order back(shape.size() + 1);
    const std::vector<int32_t>& permutation = std::get<Transpose>(turned->op).permutation;
    for (size_t i = 0; i < shape.size(); ++i) {
      back[static_cast<size_t>(permutation[i]) + 1] = static_cast<int32_t>(i) + 1;
    }
    columns = permuted(columns, back, import.budget);
    columns.shape = weights.shape;
    dense.inputs[1] =
        graph.add({weights.name, weights.dtype, columns.shape, weights.quantization, columns.data});
    flat->inputs[0] = turned->inputs[0];
  }
}

void spell_out_batch_norm(Graph& graph) {
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    const BatchNorm* norm = std::get_if<BatchNorm>(&node.op);
    if (!norm) {
      nodes.push_back(std::move(node));
      continue;
    }
    const auto parameter = [&](size_t index) { return graph[node.inputs.at(index)].values<float>(); };
    const auto gamma = parameter(1), beta = parameter(2), mean = parameter(3), variance = parameter(4);
    std::vector<float> factor, offset;
    for (size_t c = 0; c < gamma.size(); ++c) {
      const double scale = gamma[c] / std::sqrt(double{variance[c]} + norm->epsilon);
      factor.push_back(static_cast<float>(scale));
      offset.push_back(static_cast<float>(beta[c] - mean[c] * scale));
    }
    const Tensor output = graph[node.outputs[0]];
    const Shape shape{static_cast<int32_t>(gamma.size())};
    const auto constant = [&](const char* name, const std::vector<float>& values) {
      return graph.add(
          {output.name + name, DType::float32, shape, {}, to_constant(std::span<const float>(values))});
    };
    const TensorId scaled = graph.add({output.name + "/scaled", DType::float32, output.shape, {}, nullptr});
    const TensorId factors = constant("/factor", factor), offsets = constant("/offset", offset);
    nodes.push_back({Mul{}, {node.inputs[0], factors}, {scaled}});
    nodes.push_back({Add{}, {scaled, offsets}, node.outputs});
  }
  graph.nodes = std::move(nodes);
}

void tidy(Graph& graph) {
  // Of each tensor: the reshape that makes it, and the tensor that stands for it.
  std::vector<const Node*> reshape(graph.tensors.size());
  std::vector<TensorId> stands(graph.tensors.size());
  for (size_t i = 0; i < stands.size(); ++i) stands[i] = static_cast<TensorId>(i);
  const auto is_output = [&](TensorId id) {
    return std::count(graph.outputs.begin(), graph.outputs.end(), id) > 0;
  };
  const auto is_input = [&](TensorId id) {
    return std::count(graph.inputs.begin(), graph.inputs.end(), id) > 0;
  };
  for (Node& node : graph.nodes) {
    for (TensorId& id : node.inputs) id = stands[static_cast<size_t>(id)];
    if (!is_reshape(node)) continue;
    TensorId& from = node.inputs[0];
    const TensorId to = node.outputs[0];
    while (const Node* before = reshape[static_cast<size_t>(from)]) from = before->inputs[0];
    reshape[static_cast<size_t>(to)] = &node;
    const bool same = graph[from].shape == graph[to].shape;
    if (!same || (is_output(to) && (is_input(from) || is_output(from)))) continue;
    if (is_output(to)) graph[from].name = graph[to].name;
    std::replace(graph.outputs.begin(), graph.outputs.end(), to, from);
    stands[static_cast<size_t>(to)] = from;
  }
  drop_unread(graph);
}

}  // namespace tinyml::formats::onnx
