// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/transpose_conv.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_int16.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

/// The geometry; `input` NHWC, `weights` OHWI.
device::ConvParams params_of(const TransposeConv& op, const Shape& input, const Shape& weights) {
  device::ConvParams p{};
  p.input_height = input[1];
  p.input_width = input[2];
  p.input_channels = input[3];
  p.output_height = op.output_height;
  p.output_width = op.output_width;
  p.output_channels = weights[0];
  p.filter_height = weights[1];
  p.filter_width = weights[2];
  p.stride_height = op.stride_height;
  p.stride_width = op.stride_width;
  p.dilation_height = p.dilation_width = 1;
  const Window2D window = window_of(op, {1, op.output_height, op.output_width, 1}, weights[1], weights[2]);
  p.pad_top = window.height.pad_before;
  p.pad_left = window.width.pad_before;
  return p;
}

}  // namespace

void infer(const TransposeConv& op, Graph& graph, const Node& node) {
  const Shape input = input_shape(graph, node, 4);
  const Shape& weights = graph[node.inputs.at(1)].shape;
  const TensorId bias = optional_input(node, 2);
  if (weights.size() != 4 || weights[3] != input[3] ||
      (bias != kNoTensor && graph[bias].shape != Shape{weights[0]})) {
    throw Error(ErrorKind::bad_file,
                fmt::format("weights {}{} do not fit the input {}", to_string(weights),
                            bias == kNoTensor ? "" : " with a bias " + to_string(graph[bias].shape),
                            to_string(input)));
  }
  params_of(op, input, weights);
  set_output(graph, node, {input[0], op.output_height, op.output_width, weights[0]});
}

int64_t macs(const TransposeConv&, const Graph& graph, const Node& node) {
  const Shape& weights = graph[node.inputs[1]].shape;
  return elements(graph[node.inputs[0]].shape) * weights[0] * weights[1] * weights[2];
}

namespace {

/// Calls body(input position, output position, tap) for all that meet; positions count vectors of channels.
template <class Body>
void for_taps(const device::ConvParams& p, int64_t images, const Body& body) {
  int64_t from = 0;
  for (int64_t line = 0; line < images * p.input_height; ++line) {
    const int64_t top = line % p.input_height * p.stride_height - p.pad_top;
    const int64_t image = line / p.input_height * p.output_height;
    for (int64_t column = 0; column < p.input_width; ++column, ++from) {
      const int64_t left = column * p.stride_width - p.pad_left;
      for (int64_t tap = 0; tap < int64_t{p.filter_height} * p.filter_width; ++tap) {
        const int64_t y = top + tap / p.filter_width, x = left + tap % p.filter_width;
        if (y < 0 || y >= p.output_height || x < 0 || x >= p.output_width) continue;
        body(from, (image + y) * p.output_width + x, tap);
      }
    }
  }
}

}  // namespace

void forward(const TransposeConv& op, FloatForward& pass) {
  const FloatTensor &x = pass.inputs[0], &w = pass.inputs[1];
  const device::ConvParams p = params_of(op, x.shape, w.shape);
  const float* bias = pass.inputs.size() > 2 ? pass.inputs[2].data : nullptr;
  const int64_t outputs = p.output_channels, inputs = p.input_channels;
  const int64_t taps = int64_t{p.filter_height} * p.filter_width;
  float* y = pass.outputs[0].data;
  for (int64_t i = 0; i < pass.outputs[0].size(); ++i) y[i] = bias ? bias[i % outputs] : 0.0f;
  for_taps(p, x.shape[0], [&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t o = 0; o < outputs; ++o) {
      const float* weights = w.data + (o * taps + tap) * inputs;
      for (int64_t i = 0; i < inputs; ++i) y[to * outputs + o] += x.data[from * inputs + i] * weights[i];
    }
  });
}

void backward(const TransposeConv& op, FloatBackward& pass) {
  const FloatTensor &x = pass.inputs[0], &w = pass.inputs[1];
  const device::ConvParams p = params_of(op, x.shape, w.shape);
  const int64_t outputs = p.output_channels, inputs = p.input_channels;
  const int64_t taps = int64_t{p.filter_height} * p.filter_width;
  const FloatTensor& gradient = pass.output_gradients[0];
  const float* dy = gradient.data;
  float *dx = pass.input_gradients[0].data, *dw = pass.input_gradients[1].data;
  if (pass.inputs.size() > 2 && pass.input_gradients[2].data) {
    kernels::column_sums(dy, gradient.size() / outputs, outputs, pass.input_gradients[2].data);
  }
  if (dx) std::fill_n(dx, x.size(), 0.0f);
  if (dw) std::fill_n(dw, w.size(), 0.0f);
  for_taps(p, x.shape[0], [&](int64_t from, int64_t to, int64_t tap) {
    for (int64_t o = 0; o < outputs; ++o) {
      const float slope = dy[to * outputs + o];
      const int64_t weights = (o * taps + tap) * inputs;
      for (int64_t i = 0; dx && i < inputs; ++i) dx[from * inputs + i] += slope * w.data[weights + i];
      for (int64_t i = 0; dw && i < inputs; ++i) dw[weights + i] += slope * x.data[from * inputs + i];
    }
  });
}

KernelCall lower(const TransposeConv& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const Tensor& weights = graph[node.inputs.at(1)];
  const Tensor& output = graph[node.outputs.at(0)];
  const bool wide = input.dtype == DType::int16;
  if (wide) {
    int16_output(graph, node);
  } else {
    int8_activation(graph, node.inputs[0]);
    int8_activation(graph, node.outputs[0]);
  }
  quantized_image(graph, node);
  const ActivationRange range = activation_range(Activation::none, output.quantization, output.dtype);
  device::ConvParams p = params_of(op, input.shape, weights.shape);
  p.input_zero_point = input.quantization.zero_point();
  p.output_zero_point = output.quantization.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  const std::span<const int8_t> taps = int8_weights(graph, node.inputs[1]);
  const std::vector<Multiplier> multipliers = channel_multipliers(input, weights, output, p.output_channels);
  const auto call = [&]<class T, class Sum, class Pair>(T, const std::vector<Sum>& bias,
                                                        const std::vector<Pair>& pairs) {
    return make_typed_call<T>(
        Types<T>{}, Types<int8_t, Sum, Pair>{}, "transpose_conv.h", "transpose_conv", p,
        {make_table("weights", taps), make_table("bias", bias), make_table("requantization", pairs)}, 0, -1,
        TINYML_KERNEL(transpose_conv));
  };
  if (wide) {
    const Int16Sums sums = int16_sums(graph, node, taps, p.output_channels);
    return int16_call(sums, multipliers,
                      [&](const auto& bias, const auto& pairs) { return call(int16_t{}, bias, pairs); });
  }
  return call(int8_t{}, int32_bias(graph, node, p.output_channels), requantization_pairs(multipliers));
}

void write_tflite(const TransposeConv& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::TRANSPOSE_CONV;
  set_versions(writer, 1, 2);
  const bool bias = optional_input(writer.node, 2) != kNoTensor;
  if (bias) {
    writer.version = 3;
    writer.min_runtime = "2.3.0";
  }
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/shape", writer.output().shape));
  writer.order = {static_cast<int32_t>(writer.node.inputs.size()), 1, 0};
  if (bias) writer.order.push_back(2);
  schema::TransposeConvOptionsT options;
  options.padding = to_tflite(op.padding);
  options.stride_h = op.stride_height;
  options.stride_w = op.stride_width;
  writer.options.Set(std::move(options));
}

bool read_tflite(TransposeConv& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::TRANSPOSE_CONV) return false;
  expect_operands(reader, 3, 4);
  const auto& options = options_of<schema::TransposeConvOptions>(reader);
  if (from_tflite(options.fused_activation_function()) != Activation::none) refuse("a fused activation");
  op.stride_height = factor(options.stride_h(), "the stride");
  op.stride_width = factor(options.stride_w(), "the stride");
  op.padding = from_tflite(options.padding());
  const Shape shape = constant_values(reader.input(0));
  if (shape != reader.output().shape || shape.size() != 4) {
    throw Error(ErrorKind::bad_file,
                "its shape input is not the output's " + to_string(reader.output().shape));
  }
  op.output_height = shape[1];
  op.output_width = shape[2];
  std::vector<TensorId>& inputs = reader.node.inputs;
  inputs[0] = inputs[2];
  inputs.erase(inputs.begin() + 2);
  const bool is_float = reader.input(0).dtype == DType::float32;
  for (size_t i = 1; i < inputs.size(); ++i) {
    const Tensor& parameter = reader.input(i);
    if (!parameter.is_constant()) refuse("the parameter " + parameter.name + ", which is computed");
    if (is_float != (parameter.dtype == DType::float32)) {
      refuse(fmt::format("{} of {} on {}", parameter.name, name_of(parameter.dtype),
                         name_of(reader.input(0).dtype)));
    }
  }
  return true;
}

}  // namespace tinyml::ops
