// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const DepthwiseConv2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 4 || weights[0] != 1 || weights[3] != input[3] * op.depth_multiplier) {
    throw Error(ErrorKind::bad_file, "depthwise_conv_2d weights " + to_string(weights) +
                                         " do not fit the input " + to_string(input));
  }
  const Window2D window = window_of(op, input, weights[1], weights[2]);
  set_output(graph, node, {input[0], window.height.output, window.width.output, weights[3]});
}

int64_t macs(const DepthwiseConv2D&, const Graph& graph, const Node& node) {
  const Shape& weights = graph[node.inputs[1]].shape;
  return elements(graph[node.outputs[0]].shape) * weights[1] * weights[2];
}

void write_tflite(const DepthwiseConv2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::DEPTHWISE_CONV_2D;
  const bool dilated = op.dilation_height > 1 || op.dilation_width > 1;
  set_versions(writer, dilated ? 2 : 1, 3);
  if (dilated) writer.min_runtime = "1.14.0";
  auto options = window_options<schema::DepthwiseConv2DOptionsT>(op);
  options.depth_multiplier = op.depth_multiplier;
  writer.options.Set(std::move(options));
}

bool read_tflite(DepthwiseConv2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::DEPTHWISE_CONV_2D) return false;
  expect_inputs(reader, 2, 3);
  const auto& options = options_of<schema::DepthwiseConv2DOptions>(reader);
  read_window(op, options);
  op.depth_multiplier = factor(options.depth_multiplier(), "the depth multiplier");
  return true;
}

}  // namespace tinyml::ops
