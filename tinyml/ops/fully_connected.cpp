// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const FullyConnected&, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 2 || weights[1] < 1 || elements(input) % weights[1] != 0) {
    throw Error(ErrorKind::bad_file, "fully_connected weights " + to_string(weights) +
                                         " do not fit the input " + to_string(input));
  }
  set_output(graph, node, {static_cast<int32_t>(elements(input) / weights[1]), weights[0]});
}

int64_t macs(const FullyConnected&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs[0]].shape) * graph[node.inputs[1]].shape[1];
}

}  // namespace tinyml::ops
