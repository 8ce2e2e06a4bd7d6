// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/device/nn/pool_2d.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// The call of a pooling operator on int8 or int16. Input and output have one scale. Errors: unsupported.
template <class Op, class Kernel>
KernelCall lower_pool(const Op& op, const Graph& graph, const Node& node, std::string function,
                      Kernel kernel) {
  const Tensor& input = quantized_image(graph, node);
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  if (input.dtype != output.dtype) {
    throw Error(ErrorKind::unsupported, function + " from " + std::string(name_of(input.dtype)) + " to " +
                                            std::string(name_of(output.dtype)));
  }
  if (input.quantization.scale() != output.quantization.scale() ||
      input.quantization.zero_point() != output.quantization.zero_point()) {
    throw Error(ErrorKind::unsupported, function + " whose input and output differ in scale or zero point");
  }
  const Window2D window = window_of(op, input.shape, op.filter_height, op.filter_width);
  const ActivationRange range = activation_range(op.activation, output.quantization, output.dtype);
  device::Pool2DParams p{};
  p.input_height = window.height.input;
  p.input_width = window.width.input;
  p.channels = input.shape[3];
  p.output_height = window.height.output;
  p.output_width = window.width.output;
  p.filter_height = op.filter_height;
  p.filter_width = op.filter_width;
  p.stride_height = op.stride_height;
  p.stride_width = op.stride_width;
  p.pad_top = window.height.pad_before;
  p.pad_left = window.width.pad_before;
  p.activation_min = range.min;
  p.activation_max = range.max;
  constexpr int64_t kMostInt16 = 1 << 16;  // whose sum int32 holds
  if (input.dtype == DType::int16 && int64_t{p.filter_height} * p.filter_width >= kMostInt16) {
    throw Error(ErrorKind::unsupported, function + " of int16 over 65536 positions or more");
  }
  return with_type<int8_t, int16_t>(input, [&]<class T>(T) {
    const int64_t bytes = int64_t{sizeof(T)} * p.channels;
    return make_typed_call<T>(Types<T>{}, Types<>{}, "pool_2d.h", function, p, {}, 0,
                              overlap_lead(window, bytes, bytes, 1, false), kernel);
  });
}

}  // namespace tinyml::ops
