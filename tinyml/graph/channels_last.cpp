// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/channels_last.h"

#include <algorithm>

namespace tinyml {
namespace {

Shape channels_last(Shape shape) {
  if (shape.size() > 2) std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  return shape;
}

/// Whether the node moves dimension 1 to the end and nothing else.
bool turns(const Graph& graph, const Node& node) {
  const Shape& from = graph[node.inputs.at(0)].shape;
  if (const Transpose* transpose = std::get_if<Transpose>(&node.op)) {
    Shape order(from.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
    return transpose->permutation == channels_last(order);
  }
  return std::holds_alternative<Reshape>(node.op) && from.size() > 2 && from[1] == 1 &&
         graph[node.outputs[0]].shape == channels_last(from);
}

}  // namespace

Graph with_channels_last_inputs(const Graph& source) {
  Graph graph = source;
  for (const TensorId input : graph.inputs) {
    std::vector<size_t> readers = graph.consumers(input);
    const auto turned = [&](size_t index) { return turns(graph, graph.nodes[index]); };
    const auto is_output = [&](TensorId id) {
      return std::count(graph.outputs.begin(), graph.outputs.end(), id) > 0;
    };
    if (readers.empty() || is_output(input) || !std::all_of(readers.begin(), readers.end(), turned)) continue;
    if (std::any_of(readers.begin(), readers.end(),
                    [&](size_t index) { return is_output(graph.nodes[index].outputs[0]); })) {
      continue;
    }
    graph[input].shape = channels_last(graph[input].shape);
    for (auto index = readers.rbegin(); index != readers.rend(); ++index) {
      const TensorId gone = graph.nodes[*index].outputs[0];
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(*index));
      for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), gone, input);
    }
  }
  return graph;
}

}  // namespace tinyml
