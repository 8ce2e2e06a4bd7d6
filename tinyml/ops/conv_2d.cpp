// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Conv2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 4 || weights[3] != input[3]) {
    throw Error(ErrorKind::bad_file,
                "conv_2d weights " + to_string(weights) + " do not fit the input " + to_string(input));
  }
  const Window2D window = window_of(op, input, weights[1], weights[2]);
  set_output(graph, node, {input[0], window.height.output, window.width.output, weights[0]});
}

int64_t macs(const Conv2D&, const Graph& graph, const Node& node) {
  const Shape& weights = graph[node.inputs[1]].shape;
  return elements(graph[node.outputs[0]].shape) * weights[1] * weights[2] * weights[3];
}

}  // namespace tinyml::ops
