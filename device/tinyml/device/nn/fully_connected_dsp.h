// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/patch.h"
#include "tinyml/device/nn/requantize_dsp.h"
#include "tinyml/device/simd/dual_channel.h"

namespace tinyml {
namespace device {

struct FullyConnectedDspParams {
  int32_t rows, inputs, outputs;
  int32_t padded_inputs;          // rounded up to a multiple of 4
  int32_t requantization_stride;  // 3: {multiplier, rounding, shift} an output; 0: one for all
  int32_t output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("rows", rows), visit("inputs", inputs), visit("outputs", outputs);
    visit("padded_inputs", padded_inputs), visit("requantization_stride", requantization_stride);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// input [rows, inputs]; stream: for each four outputs 4 biases, then for each two inputs one word of two
/// outputs' weights and one of the next two's, packed as dual_channel.h has them; outputs beyond the
/// last are zeros. output [rows, outputs]; scratch: padded_inputs int16. Reads a row before it writes.
template <class P>
void fully_connected_dsp(const P& p, const int8_t* input, const int32_t* stream,
                         const int32_t* requantization, int8_t* output, void* scratch) {
  int32_t* wide = static_cast<int32_t*>(scratch);
  for (int32_t row = 0; row < p.rows; ++row, input += p.inputs) {
    int32_t* to = wide;
    int32_t k = 0;
    for (; k + 4 <= p.inputs; k += 4, to += 2) {
      const int32_t word = dsp::load_word(input + k);
      to[0] = dsp::sxtb16(word);
      to[1] = dsp::sxtb16_ror8(word);
    }
    if (k < p.inputs) {
      int8_t rest[4] = {0, 0, 0, 0};
      for (int32_t i = 0; k + i < p.inputs; ++i) rest[i] = input[k + i];
      const int32_t word = dsp::load_word(rest);
      to[0] = dsp::sxtb16(word);
      to[1] = dsp::sxtb16_ror8(word);
    }
    const int32_t* s = stream;
    const int32_t* r = requantization;
    for (int32_t o = 0; o < p.outputs; o += 4) {
      const int32_t* bias = s;
      dsp::Sums4x1 dual = {0, 0, 0, 0};
      s = dsp::accumulate_4x1(s + 4, wide, p.padded_inputs / 2, dual);
      const int32_t sums[4] = {dual.a + bias[0], dsp::second_of(dual.ab, dual.a) + bias[1], dual.c + bias[2],
                               dsp::second_of(dual.cd, dual.c) + bias[3]};
      for (int32_t i = 0; i < 4 && (p.outputs % 4 == 0 || o + i < p.outputs); ++i) {
        *output++ = dsp::requantize(p, sums[i] * 2, r[0], r[1], r[2]);
        r += p.requantization_stride;
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
