// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_convolution.h"

#include "tinyml/device/nn/conv_2d.h"
#include "tinyml/device/nn/depthwise_conv_2d.h"
#include "tinyml/ops/lower_dsp.h"

namespace tinyml::ops {

Convolution convolution_of(const Window2D& window, Activation activation, const Graph& graph,
                           const Node& node) {
  const Tensor& input = int8_image(graph, node);
  const Tensor& output = int8_activation(graph, node.outputs.at(0));
  const ActivationRange range = activation_range(activation, output.quantization);
  Convolution convolution;
  convolution.window = window;
  device::ConvParams& p = convolution.params;
  p.input_height = window.height.input;
  p.input_width = window.width.input;
  p.input_channels = input.shape[3];
  p.output_height = window.height.output;
  p.output_width = window.width.output;
  p.output_channels = output.shape[3];
  p.filter_height = window.height.filter;
  p.filter_width = window.width.filter;
  p.stride_height = window.height.stride;
  p.stride_width = window.width.stride;
  p.dilation_height = window.height.dilation;
  p.dilation_width = window.width.dilation;
  p.pad_top = window.height.pad_before;
  p.pad_left = window.width.pad_before;
  p.input_zero_point = input.quantization.zero_point();
  p.output_zero_point = output.quantization.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  const std::span<const int8_t> weights = int8_weights(graph, node.inputs.at(1));
  convolution.weights.assign(weights.begin(), weights.end());
  convolution.bias = int32_bias(graph, node, p.output_channels);
  convolution.multipliers = channel_multipliers(input, graph[node.inputs[1]], output, p.output_channels);
  return convolution;
}

namespace {

// [rows, columns] -> [columns, rows].
std::vector<int8_t> transpose(const std::vector<int8_t>& values, size_t columns) {
  const size_t rows = values.size() / columns;
  std::vector<int8_t> transposed(values.size());
  for (size_t i = 0; i < values.size(); ++i) transposed[i % columns * rows + i / columns] = values[i];
  return transposed;
}

std::vector<Table> portable_tables(const Convolution& c) {
  return {make_table("weights", c.weights), make_table("bias", c.bias),
          make_table("requantization", requantization_pairs(c.multipliers))};
}

KernelCall portable_convolution(const Convolution& c) {
  const device::ConvParams& p = c.params;
  const bool pointwise =
      p.filter_height == 1 && p.filter_width == 1 && p.stride_height == 1 && p.stride_width == 1;
  const int64_t lead = overlap_lead(c.window, p.input_channels, p.output_channels, 2, !pointwise);
  if (pointwise) {
    return make_call<1, int8_t, int32_t, int32_t>("conv_2d.h", "conv_2d_pointwise", p, portable_tables(c), 0,
                                                  lead, TINYML_KERNEL(conv_2d_pointwise));
  }
  return make_call<1, int8_t, int32_t, int32_t>("conv_2d.h", "conv_2d", p, portable_tables(c),
                                                2 * c.positions_in_window() * p.input_channels, lead,
                                                TINYML_KERNEL(conv_2d));
}

KernelCall portable_depthwise(Convolution c) {
  c.weights = transpose(c.weights, static_cast<size_t>(c.params.output_channels));
  const device::ConvParams& p = c.params;
  return make_call<1, int8_t, int32_t, int32_t>(
      "depthwise_conv_2d.h", "depthwise_conv_2d", p, portable_tables(c),
      device::depthwise_scratch_bytes(c.positions_in_window(), p.input_channels),
      overlap_lead(c.window, p.input_channels, p.output_channels, 1, false),
      TINYML_KERNEL(depthwise_conv_2d));
}

}  // namespace

KernelCall lower_convolution(Convolution c, const Target& target) {
  fold_zero_point(c.bias, sums_of_rows(c.weights, c.params.output_channels), c.params.input_zero_point);
  if (has_dsp(target.core)) {
    if (auto call = dsp_convolution(c)) return *std::move(call);
  }
  return portable_convolution(c);
}

KernelCall lower_depthwise(Convolution c, const Target& target) {
  const auto channels = static_cast<size_t>(c.params.output_channels);
  if (c.params.input_channels == 1) {
    c.weights = transpose(c.weights, channels);
    return lower_convolution(std::move(c), target);
  }
  fold_zero_point(c.bias, sums_of_rows(transpose(c.weights, channels), c.params.output_channels),
                  c.params.input_zero_point);
  if (has_dsp(target.core)) {
    if (auto call = dsp_depthwise(c)) return *std::move(call);
  }
  return portable_depthwise(c);
}

}  // namespace tinyml::ops
