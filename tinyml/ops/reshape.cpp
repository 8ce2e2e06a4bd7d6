// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Reshape& op, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  if (elements(op.shape) != elements(input)) {
    throw Error(ErrorKind::bad_file, "reshape of " + to_string(input) + " to " + to_string(op.shape));
  }
  set_output(graph, node, op.shape);
}

int64_t macs(const Reshape&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
