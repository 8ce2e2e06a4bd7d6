// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Add&, Graph& graph, const Node& node) {
  const Shape a = graph[node.inputs.at(0)].shape;
  const Shape& b = graph[node.inputs.at(1)].shape;
  if (a != b)
    throw Error(ErrorKind::bad_file, "add needs equal shapes, not " + to_string(a) + " and " + to_string(b));
  set_output(graph, node, a);
}

int64_t macs(const Add&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
