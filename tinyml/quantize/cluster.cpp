// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {
namespace {

/// The nearest of sorted values.
size_t nearest(const std::vector<double>& sorted, double value) {
  const auto above = std::lower_bound(sorted.begin(), sorted.end(), value);
  const auto i = static_cast<size_t>(above - sorted.begin());
  if (i == sorted.size()) return i - 1;
  return i > 0 && value - sorted[i - 1] <= sorted[i] - value ? i - 1 : i;
}

void cluster_values(std::vector<float>& values, size_t clusters) {
  constexpr int kPasses = 50;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::vector<double> centres;
  for (size_t k = 0; k < clusters; ++k) {
    const double share = clusters > 1 ? static_cast<double>(k) / static_cast<double>(clusters - 1) : 0.5;
    centres.push_back(*low + share * (static_cast<double>(*high) - *low));
  }
  for (int pass = 0; pass < kPasses; ++pass) {
    std::vector<double> sums(clusters), counts(clusters);
    for (const float value : values) {
      const size_t k = nearest(centres, value);
      sums[k] += static_cast<double>(value);
      ++counts[k];
    }
    bool moved = false;
    for (size_t k = 0; k < clusters; ++k) {
      if (counts[k] == 0) continue;
      const double mean = sums[k] / counts[k];
      moved = moved || mean != centres[k];
      centres[k] = mean;
    }
    std::sort(centres.begin(), centres.end());
    if (!moved) break;
  }
  for (float& value : values) value = static_cast<float>(centres[nearest(centres, value)]);
}

}  // namespace

Graph cluster(const Graph& model, int32_t clusters) {
  if (clusters < 2 || clusters > 256) {
    throw Error(ErrorKind::invalid_argument, fmt::format("clusters is within 2 and 256, not {}", clusters));
  }
  Graph graph = with_own_parameters(model);
  for (const Node& node : graph.nodes) {
    if (!has_layer_weights(graph, node)) continue;
    LayerWeights layer(graph, node);
    cluster_values(layer.weights(), static_cast<size_t>(clusters));
    layer.store(graph);
  }
  return graph;
}

}  // namespace tinyml::quantize
