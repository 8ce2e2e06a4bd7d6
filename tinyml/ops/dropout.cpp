// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Dropout&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Dropout&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
