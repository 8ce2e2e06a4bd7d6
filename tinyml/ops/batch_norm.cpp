// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const BatchNorm&, Graph& graph, const Node& node) {
  const Shape input = graph[node.inputs.at(0)].shape;
  for (size_t i = 1; i <= 4; ++i) {
    if (input.empty() || graph[node.inputs.at(i)].shape != Shape{input.back()}) {
      throw Error(ErrorKind::bad_file, "batch_norm parameters do not fit the input " + to_string(input));
    }
  }
  set_output(graph, node, input);
}

int64_t macs(const BatchNorm&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
