// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/match_layers.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

namespace tinyml::project {
namespace {

constexpr size_t kMostTableCells = size_t{1} << 24;

template <class... Ops>
bool is_any(const Operator& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Moves elements or changes their type.
bool carries(const Operator& op) {
  return is_any<Quantize, Dequantize, Cast, Reshape, Transpose, Pad, Split, StridedSlice, Gather,
                SpaceToDepth, Dropout, ReadVariable, AssignVariable>(op);
}

/// Goes into the layer before it: keeps the places of its elements.
bool follows(const Graph& graph, const Node& node, const Operator& layer) {
  if (is_any<Relu, BatchNorm, Dropout, Quantize, Dequantize>(node.op)) return true;
  const bool has_weights = is_any<Conv2D, DepthwiseConv2D, FullyConnected, TransposeConv>(layer);
  if (!has_weights || !is_any<Add, Sub, Mul>(node.op)) return false;
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [&](TensorId id) { return id != kNoTensor && graph[id].is_constant(); });
}

std::string kind_of(const Graph& graph, const Node& node) {
  const auto named = [](const auto& op) { return std::string(op.name()); };
  if (const auto* op = std::get_if<Unary>(&node.op)) return named(*op);
  if (const auto* op = std::get_if<Binary>(&node.op)) return named(*op);
  if (const auto* op = std::get_if<Reduction>(&node.op)) return named(*op);
  if (const auto* op = std::get_if<Comparison>(&node.op)) return named(*op);
  if (const auto* op = std::get_if<ArgExtremum>(&node.op)) return named(*op);
  const Shape& shape = graph[node.outputs[0]].shape;
  const bool whole = shape.size() == 4 && shape[1] == 1 && shape[2] == 1;
  if (is_any<AveragePool2D>(node.op) && whole) return "mean";
  if (is_any<MaxPool2D>(node.op) && whole) return "reduce_max";
  return std::string(name_of(node.op));
}

std::string key_of(const Graph& graph, const Node& node) {
  std::string key = kind_of(graph, node);
  for (const int32_t extent : graph[node.outputs[0]].shape) {
    if (extent != 1) key += fmt::format(" {}", extent);
  }
  return key;
}

std::vector<std::pair<size_t, size_t>> match_in_order(const std::vector<Layer>& a,
                                                      const std::vector<Layer>& b) {
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0; i < std::min(a.size(), b.size()) && a[i].key == b[i].key; ++i) pairs.emplace_back(i, i);
  return pairs;
}

}  // namespace

std::vector<Layer> layers_of(const Graph& graph) {
  std::vector<std::vector<size_t>> readers(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const TensorId id : graph.nodes[i].inputs) {
      if (id != kNoTensor) readers[static_cast<size_t>(id)].push_back(i);
    }
  }
  std::vector<bool> taken(graph.nodes.size()), is_output(graph.tensors.size());
  for (const TensorId id : graph.outputs) is_output[static_cast<size_t>(id)] = true;
  std::vector<Layer> layers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (taken[i] || carries(node.op) || node.outputs.empty()) continue;
    Layer layer{i, node.outputs[0], std::string(name_of(node.op)), "", key_of(graph, node)};
    while (!is_output[static_cast<size_t>(layer.output)]) {
      const std::vector<size_t>& next = readers[static_cast<size_t>(layer.output)];
      if (next.size() != 1 || !follows(graph, graph.nodes[next[0]], node.op)) break;
      const TensorId output = graph.nodes[next[0]].outputs.at(0);
      if (elements(graph[output].shape) != elements(graph[layer.output].shape)) break;
      taken[next[0]] = true;
      layer.output = output;
    }
    layer.name = graph[layer.output].name;
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<std::pair<size_t, size_t>> match_layers(const std::vector<Layer>& a,
                                                    const std::vector<Layer>& b) {
  const size_t width = b.size() + 1;
  if (a.size() + 1 > kMostTableCells / width) return match_in_order(a, b);
  // The worth of the best match of what follows i in a and j in b: an equal key counts more than all names.
  std::vector<uint64_t> best((a.size() + 1) * width);
  const auto at = [&](size_t i, size_t j) -> uint64_t& { return best[i * width + j]; };
  const auto worth = [&](size_t i, size_t j) -> uint64_t {
    if (a[i].key != b[j].key) return 0;
    return (uint64_t{1} << 32) + (a[i].name == b[j].name ? 1 : 0);
  };
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      const uint64_t both = worth(i, j);
      at(i, j) = std::max({at(i + 1, j), at(i, j + 1), both > 0 ? both + at(i + 1, j + 1) : 0});
    }
  }
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const uint64_t both = worth(i, j);
    if (both > 0 && at(i, j) == both + at(i + 1, j + 1)) {
      pairs.emplace_back(i++, j++);
    } else if (at(i, j) == at(i + 1, j)) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

}  // namespace tinyml::project
