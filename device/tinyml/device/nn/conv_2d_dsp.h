// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/patch.h"
#include "tinyml/device/nn/requantize_dsp.h"
#include "tinyml/device/simd/dual_channel.h"

namespace tinyml {
namespace device {

struct Conv2DDspParams : ConvParams {
  int32_t padded_taps;  // the window's elements, rounded up to a multiple of 4

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    ConvParams::for_each(visit);
    visit("padded_taps", padded_taps);
  }
};

/// The scratch of conv_2d_dsp: three windows as int16 and one as int8.
constexpr int32_t conv_2d_dsp_scratch_bytes(int32_t padded_taps) { return padded_taps * 7; }

namespace detail {

/// Widens `count` bytes (a multiple of 4) to int16 pairs (0, 2), (1, 3) of each four; every third word.
inline void widen_to_column(const int8_t* from, int32_t count, int32_t* column) {
  for (; count > 0; count -= 4, from += 4, column += 6) {
    const int32_t word = dsp::load_word(from);
    column[0] = dsp::sxtb16(word);
    column[3] = dsp::sxtb16_ror8(word);
  }
}

/// All output channels of three positions. `stream` holds for each pair of channels {bias a, bias b},
/// padded_taps / 2 words of weights as dual_channel.h has them, {multiplier, rounding, shift} of a and of b.
template <class P>
inline void conv_three_positions(const P& p, const int32_t* columns, const int32_t* stream,
                                 int8_t* const output[3]) {
  int8_t* output0 = output[0];
  int8_t* output1 = output[1];
  int8_t* output2 = output[2];
  for (int32_t channel = 0; channel < p.output_channels; channel += 2) {
    const int32_t bias_a = stream[0], bias_b = stream[1];
    dsp::Sums2x3 sums = {bias_a, bias_a, bias_a, bias_a, bias_a, bias_a};
    stream = dsp::accumulate_2x3(stream + 2, columns, p.padded_taps / 2, sums);
    output0[0] = dsp::requantize(p, sums.a0 * 2, stream[0], stream[1], stream[2]);
    output1[0] = dsp::requantize(p, sums.a1 * 2, stream[0], stream[1], stream[2]);
    output2[0] = dsp::requantize(p, sums.a2 * 2, stream[0], stream[1], stream[2]);
    if (p.output_channels % 2 == 0 || channel + 1 < p.output_channels) {
      const int32_t b0 = dsp::second_of(sums.both0, sums.a0) + bias_b;
      const int32_t b1 = dsp::second_of(sums.both1, sums.a1) + bias_b;
      const int32_t b2 = dsp::second_of(sums.both2, sums.a2) + bias_b;
      output0[1] = dsp::requantize(p, b0 * 2, stream[3], stream[4], stream[5]);
      output1[1] = dsp::requantize(p, b1 * 2, stream[3], stream[4], stream[5]);
      output2[1] = dsp::requantize(p, b2 * 2, stream[3], stream[4], stream[5]);
    }
    stream += 6;
    output0 += 2;
    output1 += 2;
    output2 += 2;
  }
}

}  // namespace detail

/// Convolution, any geometry. input NHWC, stream as conv_three_positions has it, output NHWC, scratch as
/// conv_2d_dsp_scratch_bytes. Reads the windows of three positions before it writes their outputs.
template <class P>
void conv_2d_dsp(const P& p, const int8_t* input, const int32_t* stream, int8_t* output, void* scratch) {
  const bool direct = p.filter_height == 1 && p.filter_width == 1 && p.input_channels % 4 == 0;
  const int32_t positions = p.output_height * p.output_width;
  int32_t* columns = static_cast<int32_t*>(scratch);
  int8_t* patch = reinterpret_cast<int8_t*>(columns + p.padded_taps / 2 * 3);
  int32_t y = 0, x = 0;
  for (int32_t i = 0; i < positions; i += 3) {
    int8_t* outputs[3];
    for (int32_t j = 0; j < 3; ++j) {
      if (i + j < positions) {
        const int8_t* window = patch;
        if (direct) {
          window = input + (y * p.stride_height * p.input_width + x * p.stride_width) * p.input_channels;
        } else {
          gather_patch(p, input, y, x, patch);
        }
        detail::widen_to_column(window, p.padded_taps, columns + j);
        if (++x == p.output_width) x = 0, ++y;
        outputs[j] = output + (i + j) * p.output_channels;
      } else {
        // Fewer than three are left: the last one again.
        outputs[j] = outputs[j - 1];
        for (int32_t k = j; k < p.padded_taps / 2 * 3; k += 3) columns[k] = columns[k - 1];
      }
    }
    detail::conv_three_positions(p, columns, stream, outputs);
  }
}

}  // namespace device
}  // namespace tinyml
