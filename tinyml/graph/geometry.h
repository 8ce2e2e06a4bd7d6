// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "tinyml/graph/graph.h"

namespace tinyml {

/// One spatial axis of a window that slides over an input.
struct WindowAxis {
  int32_t input, output, filter, stride, dilation;
  int32_t pad_before;  // elements before the first one; those after follow from the rest
};

/// TensorFlow's rule: `same` gives ceil(input / stride) outputs, `valid` as many as fit.
/// Errors: bad_file where no window fits.
inline WindowAxis window_axis(int32_t input, int32_t filter, int32_t stride, int32_t dilation,
                              Padding padding) {
  if (input < 1 || filter < 1 || stride < 1 || dilation < 1) {
    throw Error(ErrorKind::bad_file, "a window needs input, filter, stride and dilation of at least 1");
  }
  const int64_t reach = int64_t{filter - 1} * dilation + 1;
  if (padding == Padding::same) {
    const int32_t output = (input + stride - 1) / stride;
    const int64_t needed = (int64_t{output} - 1) * stride + reach - input;
    return {input, output, filter, stride, dilation, static_cast<int32_t>(std::max<int64_t>(needed, 0) / 2)};
  }
  if (reach > input) throw Error(ErrorKind::bad_file, "the filter is larger than its input");
  return {input, static_cast<int32_t>((input - reach) / stride + 1), filter, stride, dilation, 0};
}

struct Window2D {
  WindowAxis height, width;
};

/// The window of a convolution or pooling operator over an NHWC input.
template <class Op>
Window2D window_of(const Op& op, const Shape& input, int32_t filter_height, int32_t filter_width) {
  int32_t dilation_height = 1, dilation_width = 1;
  if constexpr (requires { op.dilation_height; }) {
    dilation_height = op.dilation_height;
    dilation_width = op.dilation_width;
  }
  return {window_axis(input[1], filter_height, op.stride_height, dilation_height, op.padding),
          window_axis(input[2], filter_width, op.stride_width, dilation_width, op.padding)};
}

/// Checks that input 0 of a node has `rank` dimensions and returns its shape. Errors: bad_file.
inline const Shape& input_shape(const Graph& graph, const Node& node, size_t rank) {
  const Tensor& input = graph[node.inputs.at(0)];
  if (input.shape.size() != rank) {
    throw Error(ErrorKind::bad_file, std::string(name_of(node.op)) + " needs an input of rank " +
                                         std::to_string(rank) + ", not " + to_string(input.shape));
  }
  return input.shape;
}

/// Sets the shape of output 0 and, while it has none of its own, input 0's dtype.
inline void set_output(Graph& graph, const Node& node, Shape shape) {
  graph[node.outputs.at(0)].shape = std::move(shape);
  graph[node.outputs.at(0)].dtype = graph[node.inputs.at(0)].dtype;
}

/// The id of an optional input; kNoTensor when left out.
inline TensorId optional_input(const Node& node, size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : kNoTensor;
}

}  // namespace tinyml
