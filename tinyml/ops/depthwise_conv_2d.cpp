// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/depthwise.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/lower_convolution.h"
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

namespace {

kernels::Depthwise kernel_shape(const DepthwiseConv2D& op, const Shape& input, const Shape& weights) {
  const Window2D window = window_of(op, input, weights[1], weights[2]);
  const auto axis = [](const WindowAxis& a) {
    return kernels::DepthwiseAxis{a.input, a.output, a.filter, a.stride, a.dilation, a.pad_before};
  };
  return {axis(window.height), axis(window.width), weights[3], op.depth_multiplier};
}

}  // namespace

void forward(const DepthwiseConv2D& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& output = pass.outputs[0];
  const kernels::Depthwise shape = kernel_shape(op, input.shape, pass.inputs[1].shape);
  const Limits limits = limits_of(op.activation);
  const int64_t scratch = cache_lines(kernels::depthwise_scratch(shape));
  float* room = aligned_room(*pass.workspace, scratch * pass.pool->threads());
  const Blocks samples = few_blocks(input.shape[0], 16);
  const int64_t input_sample = input.size() / input.shape[0], output_sample = output.size() / input.shape[0];
  for_blocks(*pass.pool, samples, [&](int64_t sample, int64_t count, int64_t, int thread) {
    kernels::depthwise_forward(shape, count, input.data + sample * input_sample, pass.inputs[1].data,
                               pass.inputs.size() > 2 ? pass.inputs[2].data : nullptr, limits.low,
                               limits.high, output.data + sample * output_sample, room + thread * scratch);
  });
}

void backward(const DepthwiseConv2D& op, FloatBackward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& gradient = pass.output_gradients[0];
  const kernels::Depthwise shape = kernel_shape(op, input.shape, pass.inputs[1].shape);
  const Limits limits = limits_of(op.activation);
  float* weight_gradient = pass.input_gradients[1].data;
  float* bias_gradient = pass.inputs.size() > 2 ? pass.input_gradients[2].data : nullptr;

  const Blocks samples = few_blocks(input.shape[0], 16);
  const int64_t scratch = cache_lines(kernels::depthwise_scratch(shape));
  const int64_t weight_count = pass.inputs[1].size();
  float* room = aligned_room(
      *pass.workspace, scratch * pass.pool->threads() + samples.count() * (weight_count + shape.channels));
  float* weight_parts = room + scratch * pass.pool->threads();
  float* bias_parts = weight_parts + samples.count() * weight_count;
  const int64_t input_sample = input.size() / input.shape[0],
                output_sample = gradient.size() / input.shape[0];
  for_blocks(*pass.pool, samples, [&](int64_t sample, int64_t count, int64_t block, int thread) {
    float* dy = gradient.data + sample * output_sample;
    if (op.activation != Activation::none) {
      const float* y = pass.outputs[0].data + sample * output_sample;
      kernels::clamp_gradient(y, dy, count * output_sample, limits.low, limits.high, dy);
    }
    float* dx = pass.input_gradients[0].data;
    kernels::depthwise_backward(shape, count, input.data + sample * input_sample, pass.inputs[1].data, dy,
                                dx ? dx + sample * input_sample : nullptr,
                                weight_gradient ? weight_parts + block * weight_count : nullptr,
                                bias_gradient ? bias_parts + block * shape.channels : nullptr,
                                room + thread * scratch);
  });
  if (weight_gradient) kernels::sum_parts(weight_parts, samples.count(), weight_count, weight_gradient);
  if (bias_gradient) kernels::sum_parts(bias_parts, samples.count(), shape.channels, bias_gradient);
}

KernelCall lower(const DepthwiseConv2D& op, const Graph& graph, const Node& node, const Target& target) {
  const Shape& weights = graph[node.inputs.at(1)].shape;
  const Window2D window = window_of(op, input_shape(graph, node, 4), weights.at(1), weights.at(2));
  return lower_depthwise(window, op.activation, graph, node, target);
}

void write_tflite(const DepthwiseConv2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::DEPTHWISE_CONV_2D;
  const bool dilated = op.dilation_height > 1 || op.dilation_width > 1;
  set_versions(writer, dilated ? 2 : 1, 3, 5);
  if (dilated && writer.version < 5) writer.min_runtime = "1.14.0";
  if (is_hybrid(writer.graph, writer.node)) {
    writer.version = 6;
    writer.min_runtime = "2.3.0";
  }
  auto options = window_options<schema::DepthwiseConv2DOptionsT>(op);
  options.depth_multiplier = op.depth_multiplier;
  writer.options.Set(std::move(options));
  add_missing_bias(writer);
}

bool read_tflite(DepthwiseConv2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::DEPTHWISE_CONV_2D) return false;
  expect_operands(reader, 2, 3);
  const auto& options = options_of<schema::DepthwiseConv2DOptions>(reader);
  read_window(op, options);
  op.depth_multiplier = factor(options.depth_multiplier(), "the depth multiplier");
  return true;
}

}  // namespace tinyml::ops
