// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/quantize/channels.h"
#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {
namespace {

bool is_depthwise(const Operator& op) { return std::holds_alternative<DepthwiseConv2D>(op); }

/// The layers behind one that keep its channels apart, and the one that mixes them.
struct Chain {
  std::vector<size_t> between;
  size_t end = 0;
};

std::optional<Chain> chain_behind(const Graph& graph, size_t start) {
  const int32_t channels = graph[graph.nodes[start].outputs[0]].shape.back();
  Chain chain;
  bool reshaped = false;
  for (size_t i = start;;) {
    const std::optional<size_t> reader = only_reader(graph, graph.nodes[i].outputs[0]);
    if (!reader) return {};
    i = *reader;
    const Node& node = graph.nodes[i];
    if (is_depthwise(node.op)) {
      if (reshaped || !has_layer_weights(graph, node) || graph[node.inputs[1]].shape[3] != channels)
        return {};
    } else if (has_layer_weights(graph, node)) {
      if (graph[node.inputs[1]].shape.back() % channels != 0) return {};
      chain.end = i;
      return chain;
    } else if (keeps_channels_innermost(graph, node)) {
      reshaped = true;
    } else if (!std::holds_alternative<MaxPool2D>(node.op) &&
               !std::holds_alternative<AveragePool2D>(node.op) && !std::holds_alternative<Relu>(node.op)) {
      return {};
    }
    chain.between.push_back(i);
  }
}

std::vector<int32_t> most_important(LayerWeights& layer, double share) {
  std::vector<double> sums(layer.outputs());
  for (size_t i = 0; i < layer.weights().size(); ++i) {
    sums[layer.output_of(i)] += std::fabs(static_cast<double>(layer.weights()[i]));
  }
  const double count = static_cast<double>(sums.size());
  const auto kept = static_cast<size_t>(std::max(1.0, std::round(count * (1 - share))));
  std::vector<int32_t> order(sums.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return sums[static_cast<size_t>(a)] > sums[static_cast<size_t>(b)];
  });
  order.resize(kept);
  std::sort(order.begin(), order.end());
  return order;
}

Graph without_channels(const Graph& model, double share) {
  Graph graph = with_own_parameters(model);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!has_layer_weights(graph, graph.nodes[i]) || is_depthwise(graph.nodes[i].op)) continue;
    const std::optional<Chain> chain = chain_behind(graph, i);
    if (!chain) continue;
    Node& first = graph.nodes[i];
    LayerWeights layer(graph, first);
    const auto channels = static_cast<int32_t>(layer.outputs());
    const std::vector<int32_t> kept = most_important(layer, share);
    const auto cut = [&](Node& node, size_t input, int axis) {
      node.inputs[input] = graph.add(with_channels(graph[node.inputs[input]], axis, kept, channels));
    };
    cut(first, 1, 0);
    cut(first, 2, 0);
    for (const size_t k : chain->between) {
      Node& node = graph.nodes[k];
      if (is_depthwise(node.op)) {
        cut(node, 1, 3);
        cut(node, 2, 0);
      } else if (auto* reshape = std::get_if<Reshape>(&node.op)) {
        reshape->shape.back() = reshape->shape.back() / channels * static_cast<int32_t>(kept.size());
      }
    }
    Node& last = graph.nodes[chain->end];
    cut(last, 1, static_cast<int>(graph[last.inputs[1]].shape.size()) - 1);
    ops::infer(graph);
  }
  return without_unused_tensors(graph);
}

class Mask : public Constraint {
 public:
  Mask(const Graph& graph, int32_t n, int32_t m) {
    for (const Node& node : graph.nodes) {
      if (!has_layer_weights(graph, node) || is_depthwise(node.op)) continue;
      masks_[node.inputs[1]] = mask_of(graph[node.inputs[1]], static_cast<size_t>(n), static_cast<size_t>(m));
    }
  }

  void apply(run::FloatEngine& engine) override {
    for (const auto& [id, mask] : masks_) {
      const std::span<float> values = engine.parameter(id);
      for (size_t i = 0; i < values.size(); ++i) values[i] *= mask[i];
    }
  }

  void apply(Graph& graph) const {
    for (const auto& [id, mask] : masks_) {
      std::vector<float> values(graph[id].values<float>().begin(), graph[id].values<float>().end());
      for (size_t i = 0; i < values.size(); ++i) values[i] *= mask[i];
      graph[id].data = to_constant<float>(values);
    }
  }

 private:
  static std::vector<float> mask_of(const Tensor& weights, size_t n, size_t m) {
    const auto values = weights.values<float>();
    const auto row = static_cast<size_t>(weights.shape.back());
    std::vector<float> mask(values.size(), 1.0f);
    for (size_t begin = 0; begin < values.size(); begin += row) {
      for (size_t first = begin; first + m <= begin + row; first += m) {
        std::vector<size_t> order(m);
        std::iota(order.begin(), order.end(), first);
        std::stable_sort(order.begin(), order.end(),
                         [&](size_t a, size_t b) { return std::fabs(values[a]) > std::fabs(values[b]); });
        for (size_t k = n; k < m; ++k) mask[order[k]] = 0;
      }
    }
    return mask;
  }

  std::map<TensorId, std::vector<float>> masks_;
};

class Free : public Constraint {
 public:
  void apply(run::FloatEngine&) override {}
};

}  // namespace

PruneOptions::Pattern parse_pattern(std::string_view name) {
  if (name == "channels") return PruneOptions::Pattern::channels;
  if (name == "n_of_m") return PruneOptions::Pattern::n_of_m;
  throw Error(ErrorKind::invalid_argument, fmt::format("unknown pattern \"{}\": channels or n_of_m", name));
}

Graph prune(const Graph& model, const PruneOptions& options, const Dataset& dataset, ThreadPool& pool) {
  const bool tuned = dataset.count > 0 && options.tuning.epochs > 0;
  if (options.pattern == PruneOptions::Pattern::channels) {
    if (!(options.share > 0 && options.share < 1)) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("share is between 0 and 1, not {}", options.share));
    }
    Graph graph = without_channels(model, options.share);
    Free free;
    return tuned ? tune(graph, dataset, options.tuning, free, pool) : graph;
  }
  if (options.n < 1 || options.m > 64 || options.n >= options.m) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("of m = {} neighbours n = {} cannot stay: 1 <= n < m <= 64", options.m, options.n));
  }
  Graph graph = with_own_parameters(model);
  Mask mask(graph, options.n, options.m);
  if (tuned) graph = tune(graph, dataset, options.tuning, mask, pool);
  mask.apply(graph);
  return graph;
}

}  // namespace tinyml::quantize
