// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/depthwise_conv_2d.h"
#include "tinyml/device/nn/requantize_dsp.h"

namespace tinyml {
namespace device {

/// Depthwise convolution with depth multiplier 1 and a multiple of 4 channels. `stream` holds for each four
/// channels: 4 biases, a word {0, 2} and a word {1, 3} of int16 weights a tap, then {multiplier, rounding,
/// shift} of each channel. Scratch as depthwise_scratch_bytes.
template <class P>
void depthwise_conv_2d_dsp(const P& p, const int8_t* input, const int32_t* stream, int8_t* output,
                           void* scratch) {
  const int32_t tap_count = p.filter_height * p.filter_width;
  const int8_t** taps = static_cast<const int8_t**>(scratch);
  int8_t* zero = static_cast<int8_t*>(scratch) + tap_count * 8;
  fill_bytes(zero, p.input_zero_point, p.input_channels);
  for (int32_t y = 0; y < p.output_height; ++y) {
    for (int32_t x = 0; x < p.output_width; ++x) {
      detail::point_taps(p, input, zero, y, x, taps);
      const int32_t* s = stream;
      for (int32_t channel = 0; channel < p.input_channels; channel += 4) {
        int32_t sum0 = s[0], sum1 = s[1], sum2 = s[2], sum3 = s[3];
        s += 4;
        for (int32_t t = 0; t < tap_count; ++t, s += 2) {
          const int32_t word = dsp::load_word(taps[t] + channel);
          const int32_t even = dsp::sxtb16(word), odd = dsp::sxtb16_ror8(word);
          sum0 = dsp::smlabb(even, s[0], sum0);
          sum2 = dsp::smlatt(even, s[0], sum2);
          sum1 = dsp::smlabb(odd, s[1], sum1);
          sum3 = dsp::smlatt(odd, s[1], sum3);
        }
        output[0] = dsp::requantize(p, sum0 * 2, s[0], s[1], s[2]);
        output[1] = dsp::requantize(p, sum1 * 2, s[3], s[4], s[5]);
        output[2] = dsp::requantize(p, sum2 * 2, s[6], s[7], s[8]);
        output[3] = dsp::requantize(p, sum3 * 2, s[9], s[10], s[11]);
        s += 12;
        output += 4;
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
