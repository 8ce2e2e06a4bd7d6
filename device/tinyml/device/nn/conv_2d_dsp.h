// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/patch.h"
#include "tinyml/device/nn/requantize_dsp.h"

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

/// All output channels of three positions. Each 32-bit word of `stream` holds two taps of two channels: a
/// lane is w_a + 256 * w_b, so that one SMLAD of the word sums a + 256 * b and one of its sign-extended low
/// bytes sums a. Exact while |b| < 2^23. A pair of channels is {bias a, bias b}, padded_taps / 2 words,
/// {multiplier, rounding, shift} of a and of b.
template <class P>
inline void conv_three_positions(const P& p, const int32_t* columns, const int32_t* stream,
                                 int8_t* const output[3]) {
  int8_t* output0 = output[0];
  int8_t* output1 = output[1];
  int8_t* output2 = output[2];
  for (int32_t channel = 0; channel < p.output_channels; channel += 2) {
    int32_t a0 = 0, a1 = 0, a2 = 0, both0 = 0, both1 = 0, both2 = 0;
    const int32_t bias_a = stream[0], bias_b = stream[1];
    stream += 2;
    const int32_t* x = columns;
    const int32_t* const end = stream + p.padded_taps / 2;
    do {
      const int32_t w = *stream++;
      const int32_t x0 = x[0], x1 = x[1], x2 = x[2];
      x += 3;
      both0 = dsp::smlad(x0, w, both0);
      both1 = dsp::smlad(x1, w, both1);
      both2 = dsp::smlad(x2, w, both2);
      const int32_t low = dsp::sxtb16(w);
      a0 = dsp::smlad(x0, low, a0);
      a1 = dsp::smlad(x1, low, a1);
      a2 = dsp::smlad(x2, low, a2);
    } while (stream != end);
    const auto second = [&](int32_t both, int32_t a) {
      const uint32_t b = static_cast<uint32_t>(both) - static_cast<uint32_t>(a);
      return ((static_cast<int32_t>(b) >> 8) + bias_b) * 2;
    };
    output0[0] = dsp::requantize(p, (a0 + bias_a) * 2, stream[0], stream[1], stream[2]);
    output1[0] = dsp::requantize(p, (a1 + bias_a) * 2, stream[0], stream[1], stream[2]);
    output2[0] = dsp::requantize(p, (a2 + bias_a) * 2, stream[0], stream[1], stream[2]);
    if (p.output_channels % 2 == 0 || channel + 1 < p.output_channels) {
      output0[1] = dsp::requantize(p, second(both0, a0), stream[3], stream[4], stream[5]);
      output1[1] = dsp::requantize(p, second(both1, a1), stream[3], stream[4], stream[5]);
      output2[1] = dsp::requantize(p, second(both2, a2), stream[3], stream[4], stream[5]);
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
