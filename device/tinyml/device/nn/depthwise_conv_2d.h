// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/patch.h"

namespace tinyml {
namespace device {

/// output_channels = input_channels * depth multiplier.
using DepthwiseConv2DParams = ConvParams;

namespace detail {

/// Points taps[0..] at the input vectors under the window of output position (y, x); outside the image at
/// `zero`, a vector of zero points.
template <class P, class T>
inline void point_taps(const P& p, const T* input, const T* zero, int32_t y, int32_t x, const T** taps) {
  const int32_t top = y * p.stride_height - p.pad_top, left = x * p.stride_width - p.pad_left;
  const int32_t bottom = top + (p.filter_height - 1) * p.dilation_height;
  const int32_t right = left + (p.filter_width - 1) * p.dilation_width;
  const int32_t row_step = p.dilation_height * p.input_width * p.input_channels;
  const int32_t column_step = p.dilation_width * p.input_channels;
  const T* row = input + (top * p.input_width + left) * p.input_channels;
  const bool inside = top >= 0 && left >= 0 && bottom < p.input_height && right < p.input_width;
  for (int32_t iy = top; iy <= bottom; iy += p.dilation_height, row += row_step) {
    const T* tap = row;
    if (inside) {
      for (int32_t fx = 0; fx < p.filter_width; ++fx, tap += column_step) *taps++ = tap;
    } else {
      const bool row_inside = iy >= 0 && iy < p.input_height;
      for (int32_t ix = left; ix <= right; ix += p.dilation_width, tap += column_step) {
        *taps++ = row_inside && ix >= 0 && ix < p.input_width ? tap : zero;
      }
    }
  }
}

}  // namespace detail

/// The scratch of the depthwise kernels: a pointer (at most 8 bytes) a tap, then one input vector.
template <class T = int8_t>
constexpr int32_t depthwise_scratch_bytes(int32_t taps, int32_t input_channels) {
  return taps * 8 + input_channels * static_cast<int32_t>(sizeof(T));
}

/// Depthwise convolution, any geometry and depth multiplier. input NHWC, weights [output_channels, taps],
/// bias [output_channels] with the input's zero point folded in, requantization [output_channels] of
/// {multiplier, shift}, output NHWC; types as conv_2d.
template <class P, class T, class Sum, class Requantization>
void depthwise_conv_2d(const P& p, const T* input, const int8_t* weights, const Sum* bias,
                       const Requantization* requantization, T* output, void* scratch) {
  const int32_t tap_count = p.filter_height * p.filter_width;
  const int32_t depth_multiplier = p.output_channels / p.input_channels;
  const T** taps = static_cast<const T**>(scratch);
  int8_t* zero = static_cast<int8_t*>(scratch) + tap_count * 8;
  fill_bytes(zero, p.input_zero_point, p.input_channels * static_cast<int32_t>(sizeof(T)));
  const T* outside = reinterpret_cast<const T*>(zero);
  for (int32_t y = 0; y < p.output_height; ++y) {
    for (int32_t x = 0; x < p.output_width; ++x) {
      detail::point_taps(p, input, outside, y, x, taps);
      const int8_t* w = weights;
      int32_t output_channel = 0;
      for (int32_t channel = 0; channel < p.input_channels; ++channel) {
        for (int32_t m = 0; m < depth_multiplier; ++m, ++output_channel) {
          Sum sum = bias[output_channel];
#pragma GCC unroll 9
          for (int32_t t = 0; t < tap_count; ++t) sum += taps[t][channel] * w[t];
          w += tap_count;
          output[output_channel] = requantize<T>(p, sum, requantization + 2 * output_channel);
        }
      }
      output += p.output_channels;
    }
  }
}

}  // namespace device
}  // namespace tinyml
