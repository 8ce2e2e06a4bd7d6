// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/equalize.h"

#include <algorithm>
#include <cmath>

#include "tinyml/quantize/layer_weights.h"

namespace tinyml::quantize {
namespace {

/// Of a layer's largest weight: channels with less are as good as dead, and no factor brings them to life.
constexpr double kLeast = 1e-5;

bool is_positively_homogeneous(const Operator& op) {
  return std::visit(
      [](const auto& attributes) {
        if constexpr (requires { attributes.activation; }) {
          return attributes.activation == Activation::none || attributes.activation == Activation::relu;
        }
        return true;
      },
      op);
}

bool is_pool(const Node& node) {
  return std::holds_alternative<MaxPool2D>(node.op) || std::holds_alternative<AveragePool2D>(node.op);
}

/// The only layer that reads what this one computes, from it or from pools behind it.
std::optional<size_t> next_layer(const Graph& graph, const Node& layer) {
  TensorId from = layer.outputs[0];
  std::optional<size_t> reader = only_reader(graph, from);
  while (reader && is_pool(graph.nodes[*reader]) && is_positively_homogeneous(graph.nodes[*reader].op)) {
    from = graph.nodes[*reader].outputs[0];
    reader = only_reader(graph, from);
  }
  if (!reader || !has_layer_weights(graph, graph.nodes[*reader])) return {};
  return graph.nodes[*reader].inputs[0] == from ? reader : std::nullopt;
}

/// One pass over all pairs; the largest factor away from 1.
double equalize_pairs(Graph& graph) {
  double moved = 1;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& first = graph.nodes[i];
    if (!has_layer_weights(graph, first) || !is_positively_homogeneous(first.op)) continue;
    const std::optional<size_t> reader = next_layer(graph, first);
    if (!reader) continue;
    const Node& second = graph.nodes[*reader];
    LayerWeights a(graph, first), b(graph, second);
    if (a.outputs() != b.inputs()) continue;
    std::vector<double> reaches_a, reaches_b;
    for (size_t c = 0; c < a.outputs(); ++c) {
      reaches_a.push_back(a.largest_of_output(c));
      reaches_b.push_back(b.largest_of_input(c));
    }
    const double least_a = kLeast * *std::max_element(reaches_a.begin(), reaches_a.end());
    const double least_b = kLeast * *std::max_element(reaches_b.begin(), reaches_b.end());
    for (size_t c = 0; c < a.outputs(); ++c) {
      const double reach_a = reaches_a[c], reach_b = reaches_b[c];
      if (!(reach_a > least_a) || !(reach_b > least_b)) continue;
      const double factor = std::sqrt(reach_b / reach_a);
      moved = std::max({moved, factor, 1 / factor});
      a.scale_output(c, static_cast<float>(factor));
      b.scale_input(c, static_cast<float>(1 / factor));
    }
    a.store(graph);
    b.store(graph);
  }
  return moved;
}

}  // namespace

Graph equalize(const Graph& model) {
  constexpr int kMostPasses = 40;
  Graph graph = with_own_parameters(model);
  for (int pass = 0; pass < kMostPasses && equalize_pairs(graph) > 1.01; ++pass) {
  }
  return graph;
}

}  // namespace tinyml::quantize
