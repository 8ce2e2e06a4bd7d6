// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const MaxPool2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Window2D window = window_of(op, input, op.filter_height, op.filter_width);
  set_output(graph, node, {input[0], window.height.output, window.width.output, input[3]});
}

int64_t macs(const MaxPool2D&, const Graph&, const Node&) { return 0; }

void write_tflite(const MaxPool2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::MAX_POOL_2D;
  set_versions(writer, 1, 2);
  writer.options.Set(window_options<schema::Pool2DOptionsT>(op));
}

bool read_tflite(MaxPool2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::MAX_POOL_2D) return false;
  expect_inputs(reader, 1, 1);
  read_window(op, options_of<schema::Pool2DOptions>(reader));
  return true;
}

}  // namespace tinyml::ops
