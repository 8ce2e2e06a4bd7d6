// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"
#include "tinyml/device/nn/patch.h"

namespace tinyml {
namespace device {

/// A transposed convolution, as ConvParams of one without dilation: the window slides over the output. input
/// NHWC of one image, weights OHWI, bias [O] of the type that holds the sums, requantization [O] of pairs,
/// output NHWC.
template <class P, class T, class Sum, class Requantization>
void transpose_conv(const P& p, const T* input, const int8_t* weights, const Sum* bias,
                    const Requantization* requantization, T* output) {
  const int32_t taps = p.filter_height * p.filter_width * p.input_channels;
  for (int32_t y = 0; y < p.output_height; ++y) {
    // The filter's row that meets the lowest row of the input that this one takes part in.
    const int32_t first_y = (y + p.pad_top) % p.stride_height;
    for (int32_t x = 0; x < p.output_width; ++x) {
      const int32_t first_x = (x + p.pad_left) % p.stride_width;
      for (int32_t channel = 0; channel < p.output_channels; ++channel, ++output) {
        Sum sum = bias[channel];
        const int8_t* const filter = weights + channel * taps;
        int32_t iy = (y + p.pad_top) / p.stride_height;
        for (int32_t fy = first_y; fy < p.filter_height && iy >= 0; fy += p.stride_height, --iy) {
          if (iy >= p.input_height) continue;
          int32_t ix = (x + p.pad_left) / p.stride_width;
          for (int32_t fx = first_x; fx < p.filter_width && ix >= 0; fx += p.stride_width, --ix) {
            if (ix >= p.input_width) continue;
            const T* const from = input + (iy * p.input_width + ix) * p.input_channels;
            const int8_t* const tap = filter + (fy * p.filter_width + fx) * p.input_channels;
            for (int32_t i = 0; i < p.input_channels; ++i) {
              sum += (static_cast<int32_t>(from[i]) - p.input_zero_point) * tap[i];
            }
          }
        }
        *output = requantize<T>(p, sum, requantization + 2 * channel);
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
