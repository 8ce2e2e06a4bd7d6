// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Relu&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Relu&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
