// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_convolution.h"

#include "tinyml/device/nn/conv_2d.h"
#include "tinyml/device/nn/depthwise_conv_2d.h"
#include "tinyml/ops/lower_dsp.h"
#include "tinyml/ops/lower_int16.h"

namespace tinyml::ops {

namespace {

device::ConvParams params_of(const Window2D& window, Activation activation, const Graph& graph,
                             const Node& node) {
  const Tensor& input = quantized_image(graph, node);
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  const ActivationRange range = activation_range(activation, output.quantization, output.dtype);
  device::ConvParams p{};
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
  return p;
}

std::vector<Multiplier> multipliers_of(const Graph& graph, const Node& node, int32_t channels) {
  return channel_multipliers(graph[node.inputs[0]], graph[node.inputs[1]], graph[node.outputs[0]], channels);
}

Convolution convolution_of(const Window2D& window, Activation activation, const Graph& graph,
                           const Node& node) {
  int8_activation(graph, node.outputs.at(0));
  Convolution convolution{window, params_of(window, activation, graph, node), {}, {}, {}};
  const int32_t channels = convolution.params.output_channels;
  const std::span<const int8_t> weights = int8_weights(graph, node.inputs.at(1));
  convolution.weights.assign(weights.begin(), weights.end());
  convolution.bias = int32_bias(graph, node, channels);
  convolution.multipliers = multipliers_of(graph, node, channels);
  return convolution;
}

// [rows, columns] -> [columns, rows].
std::vector<int8_t> transpose(std::span<const int8_t> values, size_t columns) {
  const size_t rows = values.size() / columns;
  std::vector<int8_t> transposed(values.size());
  for (size_t i = 0; i < values.size(); ++i) transposed[i % columns * rows + i / columns] = values[i];
  return transposed;
}

/// The calls of the portable kernels; `weights` [output channel, tap].
template <class T>
struct Portable {
  const Window2D& window;
  const device::ConvParams& p;
  const std::vector<int8_t>& weights;

  /// `steps` positions at a time.
  int64_t lead(int64_t steps, bool reads_before_it_writes) const {
    constexpr int64_t bytes = sizeof(T);
    return overlap_lead(window, bytes * p.input_channels, bytes * p.output_channels, steps,
                        reads_before_it_writes);
  }

  template <class Sum, class Requantization, class Kernel>
  KernelCall call(const char* file, const char* function, const std::vector<Sum>& bias,
                  const std::vector<Requantization>& pairs, int64_t scratch, int64_t lead,
                  Kernel kernel) const {
    return make_typed_call<T>(
        Types<T>{}, Types<int8_t, Sum, Requantization>{}, file, function, p,
        {make_table("weights", weights), make_table("bias", bias), make_table("requantization", pairs)},
        scratch, lead, kernel);
  }

  KernelCall convolution(const auto& bias, const auto& pairs) const {
    const int32_t positions = p.filter_height * p.filter_width;
    if (positions == 1 && p.stride_height == 1 && p.stride_width == 1) {
      return call("conv_2d.h", "conv_2d_pointwise", bias, pairs, 0, lead(2, false),
                  TINYML_KERNEL(conv_2d_pointwise));
    }
    const int64_t scratch = 2 * int64_t{positions} * p.input_channels * int64_t{sizeof(T)};
    return call("conv_2d.h", "conv_2d", bias, pairs, scratch, lead(2, true), TINYML_KERNEL(conv_2d));
  }

  KernelCall depthwise(const auto& bias, const auto& pairs) const {
    const int32_t scratch =
        device::depthwise_scratch_bytes<T>(p.filter_height * p.filter_width, p.input_channels);
    return call("depthwise_conv_2d.h", "depthwise_conv_2d", bias, pairs, scratch, lead(1, false),
                TINYML_KERNEL(depthwise_conv_2d));
  }
};

KernelCall convolution_call(Convolution c, const Target& target) {
  fold_zero_point(c.bias, sums_of_rows(c.weights, c.params.output_channels), c.params.input_zero_point);
  if (has_dsp(target.core)) {
    if (auto call = dsp_convolution(c)) return *std::move(call);
  }
  return Portable<int8_t>{c.window, c.params, c.weights}.convolution(c.bias,
                                                                     requantization_pairs(c.multipliers));
}

/// The call of a convolution or depthwise convolution of int16.
KernelCall int16_convolution(const Window2D& window, Activation activation, const Graph& graph,
                             const Node& node, bool depthwise) {
  int16_output(graph, node);
  const device::ConvParams p = params_of(window, activation, graph, node);
  const std::span<const int8_t> values = int8_weights(graph, node.inputs.at(1));
  std::vector<int8_t> weights(values.begin(), values.end());
  if (depthwise) weights = transpose(values, static_cast<size_t>(p.output_channels));
  const Int16Sums sums = int16_sums(graph, node, weights, p.output_channels);
  if (depthwise && sums.rounding == Rounding::as_int8) {
    throw Error(ErrorKind::unsupported,
                "a depthwise convolution of int16 with a bias of int32: it needs int64");
  }
  const Portable<int16_t> kernels{window, p, weights};
  return int16_call(sums, multipliers_of(graph, node, p.output_channels),
                    [&](const auto& bias, const auto& pairs) {
                      if (depthwise && p.input_channels > 1) return kernels.depthwise(bias, pairs);
                      return kernels.convolution(bias, pairs);
                    });
}

}  // namespace

KernelCall lower_convolution(const Window2D& window, Activation activation, const Graph& graph,
                             const Node& node, const Target& target) {
  if (graph[node.inputs.at(0)].dtype == DType::int16) {
    return int16_convolution(window, activation, graph, node, false);
  }
  return convolution_call(convolution_of(window, activation, graph, node), target);
}

KernelCall lower_depthwise(const Window2D& window, Activation activation, const Graph& graph,
                           const Node& node, const Target& target) {
  if (graph[node.inputs.at(0)].dtype == DType::int16) {
    return int16_convolution(window, activation, graph, node, true);
  }
  Convolution c = convolution_of(window, activation, graph, node);
  const auto channels = static_cast<size_t>(c.params.output_channels);
  const std::vector<int8_t> by_channel = transpose(c.weights, channels);
  if (c.params.input_channels == 1) {
    c.weights = by_channel;
    return convolution_call(std::move(c), target);
  }
  fold_zero_point(c.bias, sums_of_rows(by_channel, c.params.output_channels), c.params.input_zero_point);
  if (has_dsp(target.core)) {
    if (auto call = dsp_depthwise(c)) return *std::move(call);
  }
  return Portable<int8_t>{c.window, c.params, by_channel}.depthwise(c.bias,
                                                                    requantization_pairs(c.multipliers));
}

}  // namespace tinyml::ops
