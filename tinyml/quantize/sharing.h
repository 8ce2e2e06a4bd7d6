// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tinyml/quantize/post_training.h"

namespace tinyml::quantize {

/// A float32 graph made ready for its types: every constant that is quantized like an activation is a tensor
/// of its own, and a Quantize stands wherever a layer cannot take its input's parameters.
struct Layout {
  Graph graph;
  std::vector<Range> ranges;                      // by tensor
  std::vector<Scheme> schemes;                    // by tensor
  std::vector<std::optional<Quantization>> laid;  // by tensor: parameters that are laid down
  std::vector<TensorId> groups;                   // by tensor: the first of those that share parameters
  std::vector<Scheme> node_schemes;               // by node
  std::vector<size_t> sources;                    // by node: the one of the graph given; none: npos
  static constexpr size_t npos = static_cast<size_t>(-1);
};

Layout lay_out(const Graph& graph, const std::vector<Range>& ranges, const Settings& settings);

}  // namespace tinyml::quantize
