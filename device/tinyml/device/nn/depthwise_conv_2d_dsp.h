// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/depthwise_conv_2d.h"
#include "tinyml/device/nn/requantize_dsp.h"
#include "tinyml/device/simd/depthwise_taps.h"

namespace tinyml {
namespace device {

struct DepthwiseConv2DDspParams : ConvParams {
  int32_t padded_taps;  // the window's positions, rounded up to a multiple of 3

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    ConvParams::for_each(visit);
    visit("padded_taps", padded_taps);
  }
};

/// Depthwise convolution with depth multiplier 1 and a multiple of 4 channels. `stream` holds for each four
/// channels: 4 biases, padded_taps pairs of words as accumulate_taps has them, then {multiplier, rounding,
/// shift} of each channel. Scratch as depthwise_scratch_bytes(padded_taps, input_channels).
template <class P>
void depthwise_conv_2d_dsp(const P& p, const int8_t* input, const int32_t* stream, int8_t* output,
                           void* scratch) {
  const int8_t** taps = static_cast<const int8_t**>(scratch);
  int8_t* zero = static_cast<int8_t*>(scratch) + p.padded_taps * 8;
  fill_bytes(zero, p.input_zero_point, p.input_channels);
  for (int32_t t = p.filter_height * p.filter_width; t < p.padded_taps; ++t) taps[t] = zero;
  for (int32_t y = 0; y < p.output_height; ++y) {
    for (int32_t x = 0; x < p.output_width; ++x) {
      detail::point_taps(p, input, zero, y, x, taps);
      const int32_t* s = stream;
      for (int32_t channel = 0; channel < p.input_channels; channel += 4) {
        dsp::Sums4 sums = {s[0], s[1], s[2], s[3]};
        s = dsp::accumulate_taps(s + 4, taps, p.padded_taps, channel, sums);
        output[0] = dsp::requantize(p, sums.s0 * 2, s[0], s[1], s[2]);
        output[1] = dsp::requantize(p, sums.s1 * 2, s[3], s[4], s[5]);
        output[2] = dsp::requantize(p, sums.s2 * 2, s[6], s[7], s[8]);
        output[3] = dsp::requantize(p, sums.s3 * 2, s[9], s[10], s[11]);
        s += 12;
        output += 4;
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
