// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::project {

/// A layer as two models may share it: a node and what stands folded into it in one model and by itself in
/// another, an activation, a batch normalisation, a change of type. What only moves elements is no layer.
struct Layer {
  size_t node = 0;              // of the graph: its first
  TensorId output = kNoTensor;  // what its last node computes
  std::string op, name;
  std::string key;  // the kind of operator and the output's shape without extents of 1
};

/// In execution order.
std::vector<Layer> layers_of(const Graph& graph);

/// The places in both lists of layers that are taken for the same: the longest common sequence of keys, and
/// of those the one with the most equal names.
std::vector<std::pair<size_t, size_t>> match_layers(const std::vector<Layer>& a, const std::vector<Layer>& b);

}  // namespace tinyml::project
