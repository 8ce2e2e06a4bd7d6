// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/patch.h"

namespace tinyml {
namespace device {

using Conv2DParams = ConvParams;

namespace detail {

/// All output channels of two positions whose windows lie contiguous at `a` and `b`, in 2x2 blocks.
/// weights [output_channels, taps]; requantization {multiplier, shift} a channel. T is int8_t or int16_t, Sum
/// holds the sums, requantization is as `requantize` has it.
template <class P, class T, class Sum, class Requantization>
inline void conv_two_positions(const P& p, int32_t taps, const T* a, const T* b, const int8_t* weights,
                               const Sum* bias, const Requantization* requantization, T* output_a,
                               T* output_b) {
  int32_t channel = 0;
  for (; channel + 1 < p.output_channels; channel += 2) {
    const int8_t* w0 = weights;
    const int8_t* w1 = weights + taps;
    Sum a0 = bias[0], b0 = a0, a1 = bias[1], b1 = a1;
#pragma GCC unroll 4
    for (int32_t k = 0; k < taps; ++k) {
      const int32_t xa = a[k], xb = b[k], wk0 = w0[k], wk1 = w1[k];
      a0 += xa * wk0;
      b0 += xb * wk0;
      a1 += xa * wk1;
      b1 += xb * wk1;
    }
    output_a[channel] = requantize<T>(p, a0, requantization);
    output_b[channel] = requantize<T>(p, b0, requantization);
    output_a[channel + 1] = requantize<T>(p, a1, requantization + 2);
    output_b[channel + 1] = requantize<T>(p, b1, requantization + 2);
    weights += 2 * taps;
    bias += 2;
    requantization += 4;
  }
  if (channel < p.output_channels) {
    Sum a0 = bias[0], b0 = a0;
    for (int32_t k = 0; k < taps; ++k) {
      a0 += a[k] * weights[k];
      b0 += b[k] * weights[k];
    }
    output_a[channel] = requantize<T>(p, a0, requantization);
    output_b[channel] = requantize<T>(p, b0, requantization);
  }
}

}  // namespace detail

/// Convolution, any geometry. input NHWC, weights OHWI, bias [O] with the input's zero point folded in,
/// requantization [O] of {multiplier, shift}, output NHWC; scratch: two windows. Reads both windows of two
/// positions before it writes their outputs.
template <class P, class T, class Sum, class Requantization>
void conv_2d(const P& p, const T* input, const int8_t* weights, const Sum* bias,
             const Requantization* requantization, T* output, void* scratch) {
  const int32_t taps = p.filter_height * p.filter_width * p.input_channels;
  const int32_t positions = p.output_height * p.output_width;
  T* a = static_cast<T*>(scratch);
  T* b = a + taps;
  int32_t y = 0, x = 0;
  const auto gather = [&](T* patch) {
    gather_patch(p, input, y, x, patch);
    if (++x == p.output_width) x = 0, ++y;
  };
  for (int32_t i = 0; i < positions; i += 2) {
    const bool two = i + 1 < positions;
    gather(a);
    if (two) gather(b);
    T* output_a = output + i * p.output_channels;
    detail::conv_two_positions(p, taps, a, two ? b : a, weights, bias, requantization, output_a,
                               two ? output_a + p.output_channels : output_a);
  }
}

/// A convolution of one tap with stride 1; no scratch. Reads the inputs of two positions until it has
/// written their outputs.
template <class P, class T, class Sum, class Requantization>
void conv_2d_pointwise(const P& p, const T* input, const int8_t* weights, const Sum* bias,
                       const Requantization* requantization, T* output) {
  const int32_t positions = p.output_height * p.output_width;
  for (int32_t i = 0; i < positions; i += 2) {
    const bool two = i + 1 < positions;
    const T* a = input + i * p.input_channels;
    T* output_a = output + i * p.output_channels;
    detail::conv_two_positions(p, p.input_channels, a, two ? a + p.input_channels : a, weights, bias,
                               requantization, output_a, two ? output_a + p.output_channels : output_a);
  }
}

}  // namespace device
}  // namespace tinyml
