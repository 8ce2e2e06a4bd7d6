// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// TensorFlow's converter names a fused layer after all of its parts, "a;b;c": here its first part, where no
/// other tensor has that name, and weights and biases after their layer. Other names stay, those of inputs
/// and outputs of the graph too.
Graph with_short_names(Graph graph);

}  // namespace tinyml::quantize
