// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const AveragePool2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Window2D window = window_of(op, input, op.filter_height, op.filter_width);
  set_output(graph, node, {input[0], window.height.output, window.width.output, input[3]});
}

int64_t macs(const AveragePool2D&, const Graph&, const Node&) { return 0; }

}  // namespace tinyml::ops
