// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string.h>

#include "tinyml/device/nn/gate_functions.h"

namespace tinyml {
namespace device {

struct GruParams {
  int32_t steps, inputs, units;
  int32_t output_multiplier, output_shift, output_zero_point;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("steps", steps), visit("inputs", inputs), visit("units", units);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
  }
};

/// The int16 outputs of the last step, and room for those of the next.
inline int32_t gru_state_bytes(int32_t units) { return 4 * units; }

/// The sums of one unit's three gates over `count` values; `weights` is [count][3] and moves on.
template <class T>
inline void add_gru_sums(const T* values, int32_t count, const int8_t*& weights, int32_t sums[3]) {
  int32_t a = sums[0], b = sums[1], c = sums[2];
  for (int32_t i = 0; i < count; ++i, weights += 3) {
    const int32_t value = values[i];
    a += value * weights[0];
    b += value * weights[1];
    c += value * weights[2];
  }
  sums[0] = a, sums[1] = b, sums[2] = c;
}

/// sum * multiplier / 2^shift, halves up, as int16.
inline int32_t rescale_to_int16(int32_t sum, int32_t multiplier, int32_t shift) {
  const int64_t rounded = static_cast<int64_t>(sum) * multiplier + (INT64_C(1) << (shift - 1));
  return saturate_int16(static_cast<int32_t>(rounded >> shift));
}

/// a * b / 2^15, rounded as multiply_by_quantized_multiplier does.
inline int32_t multiply_q15(int32_t a, int32_t b) {
  return saturate_int16(rounding_divide_by_power_of_two((a * b + 1) >> 1, 14));
}

/// GRU with int16 outputs and gates inside: steps x int8 [inputs] -> steps x int8 [units]. The gates are
/// update, reset, new. weights: a unit after the other, [inputs][3 gates] and [units][3 gates]; biases: a
/// unit after the other, [3] for the inputs, the zero point folded in, and [3] for the outputs; rescales:
/// {multiplier, shift} to 12 fraction bits of the three input sums, then of the three output sums. The
/// arithmetic is that of TensorFlow Lite Micro's int16 FULLY_CONNECTED, ADD, SUB, MUL, LOGISTIC and TANH.
/// `state` begins as zeros and carries over.
template <class P>
void gru_stateful(const P& p, const int8_t* input, const int8_t* weights, const int32_t* biases,
                  const int32_t* rescales, const uint16_t* sigmoid, int8_t* output, void* state) {
  int16_t* hidden = static_cast<int16_t*>(state);
  int16_t* next = hidden + p.units;
  for (int32_t t = 0; t < p.steps; ++t) {
    const int8_t* row = weights;
    const int32_t* bias = biases;
    for (int32_t unit = 0; unit < p.units; ++unit, bias += 6) {
      int32_t from_input[3] = {bias[0], bias[1], bias[2]};
      int32_t from_hidden[3] = {bias[3], bias[4], bias[5]};
      add_gru_sums(input, p.inputs, row, from_input);
      add_gru_sums(hidden, p.units, row, from_hidden);
      for (int32_t g = 0; g < 3; ++g) {
        from_input[g] = rescale_to_int16(from_input[g], rescales[2 * g], rescales[2 * g + 1]);
        from_hidden[g] = rescale_to_int16(from_hidden[g], rescales[2 * g + 6], rescales[2 * g + 7]);
      }
      const int32_t update = sigmoid_q15(sigmoid, saturate_int16(from_input[0] + from_hidden[0]));
      const int32_t reset = sigmoid_q15(sigmoid, saturate_int16(from_input[1] + from_hidden[1]));
      const int32_t sum = saturate_int16(from_input[2] + multiply_q15(reset, from_hidden[2]));
      const int32_t fresh = tanh_q15(sigmoid, sum, 3, 0);
      const int32_t change = saturate_int16(rounding_divide_by_power_of_two(hidden[unit] - fresh, 1));
      const int32_t value = saturate_int16(fresh + 2 * multiply_q15(update, change));
      next[unit] = static_cast<int16_t>(value);
      const int32_t scaled = multiply_by_quantized_multiplier(value, p.output_multiplier, p.output_shift);
      output[unit] = static_cast<int8_t>(clamp(scaled + p.output_zero_point, -128, 127));
    }
    memcpy(hidden, next, 2 * static_cast<size_t>(p.units));
    input += p.inputs;
    output += p.units;
  }
}

/// The same from a fresh state; `scratch` holds gru_state_bytes(units).
template <class P>
void gru(const P& p, const int8_t* input, const int8_t* weights, const int32_t* biases,
         const int32_t* rescales, const uint16_t* sigmoid, int8_t* output, void* scratch) {
  memset(scratch, 0, 2 * static_cast<size_t>(p.units));
  gru_stateful(p, input, weights, biases, rescales, sigmoid, output, scratch);
}

}  // namespace device
}  // namespace tinyml
