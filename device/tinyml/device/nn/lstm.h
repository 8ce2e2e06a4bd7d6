// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string.h>

#include "tinyml/device/nn/gate_functions.h"

namespace tinyml {
namespace device {

struct LstmParams {
  int32_t steps, inputs, units;
  int32_t forget_multiplier, forget_shift;  // forget gate * cell -> cell
  int32_t input_multiplier, input_shift;    // input gate * cell gate -> cell
  int32_t cell_min, cell_max;
  int32_t tanh_multiplier, tanh_shift;  // of the cell, as tanh_q15 takes them
  int32_t output_multiplier, output_shift, output_zero_point;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("steps", steps), visit("inputs", inputs), visit("units", units);
    visit("forget_multiplier", forget_multiplier), visit("forget_shift", forget_shift);
    visit("input_multiplier", input_multiplier), visit("input_shift", input_shift);
    visit("cell_min", cell_min), visit("cell_max", cell_max);
    visit("tanh_multiplier", tanh_multiplier), visit("tanh_shift", tanh_shift);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
  }
};

/// What an LSTM keeps between steps: whether it has begun, int16 cells, the outputs of the last step, of
/// `bytes` each.
inline int32_t lstm_state_bytes(int32_t units, int32_t bytes = 1) {
  return (4 + (2 + bytes) * units + 3) / 4 * 4;
}

/// The sums of one unit's four gates over `count` values; `weights` is [count][4] and moves on.
template <class T, class Sum>
inline void add_gate_sums(const T* values, int32_t count, const int8_t*& weights, Sum sums[4]) {
  Sum a = sums[0], b = sums[1], c = sums[2], d = sums[3];
  for (int32_t i = 0; i < count; ++i, weights += 4) {
    const int32_t value = values[i];
    a += value * weights[0];
    b += value * weights[1];
    c += value * weights[2];
    d += value * weights[3];
  }
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

/// LSTM of int8 or int16 with 16-bit cells: steps x [inputs] -> steps x [units], with the arithmetic of
/// TensorFlow Lite Micro's UNIDIRECTIONAL_SEQUENCE_LSTM. The gates are input, forget, cell, output. weights:
/// a unit after the other, [inputs][4 gates] and [units][4 gates]; biases: a unit after the other, [4] for
/// the inputs and [4] for the outputs, the zero points folded in; rescales: {multiplier, shift} to 12
/// fraction bits of the four input sums, then of the four output sums, as `rescale` has them. `state` begins
/// as zeros and carries over.
template <class P, class T, class Sum, class Rescale>
void lstm_stateful(const P& p, const T* input, const int8_t* weights, const Sum* biases,
                   const Rescale* rescales, const uint16_t* sigmoid, T* output, void* state) {
  constexpr int32_t lowest = sizeof(T) == 1 ? -128 : -32768, highest = -1 - lowest;
  int32_t* begun = static_cast<int32_t*>(state);
  int16_t* cells = reinterpret_cast<int16_t*>(begun + 1);
  T* last = reinterpret_cast<T*>(cells + p.units);
  if (!*begun) {
    memset(cells, 0, 2 * static_cast<size_t>(p.units));
    for (int32_t unit = 0; unit < p.units; ++unit) last[unit] = static_cast<T>(p.output_zero_point);
    *begun = 1;
  }
  const T* hidden = last;
  for (int32_t t = 0; t < p.steps; ++t) {
    const int8_t* row = weights;
    const Sum* bias = biases;
    for (int32_t unit = 0; unit < p.units; ++unit, bias += 8) {
      Sum from_input[4] = {bias[0], bias[1], bias[2], bias[3]};
      Sum from_hidden[4] = {bias[4], bias[5], bias[6], bias[7]};
      add_gate_sums(input, p.inputs, row, from_input);
      add_gate_sums(hidden, p.units, row, from_hidden);
      const auto gate = [&](int32_t g) {
        const Rescale* r = rescales + 2 * g;
        return saturate_int16(saturate_int16(rescale(from_input[g], r)) +
                              saturate_int16(rescale(from_hidden[g], r + 8)));
      };
      const int32_t input_gate = sigmoid_q15(sigmoid, gate(0)), forget_gate = sigmoid_q15(sigmoid, gate(1));
      const int32_t cell_gate = tanh_q15(sigmoid, gate(2), 3, 0), output_gate = sigmoid_q15(sigmoid, gate(3));
      const int32_t kept = saturate_int16(
          multiply_by_quantized_multiplier(forget_gate * cells[unit], p.forget_multiplier, p.forget_shift));
      const int32_t added = saturate_int16(
          multiply_by_quantized_multiplier(input_gate * cell_gate, p.input_multiplier, p.input_shift));
      const int32_t cell = clamp(saturate_int16(kept + added), p.cell_min, p.cell_max);
      cells[unit] = static_cast<int16_t>(cell);
      const int32_t product = tanh_q15(sigmoid, cell, p.tanh_multiplier, p.tanh_shift) * output_gate;
      const int32_t scaled = multiply_by_quantized_multiplier(product, p.output_multiplier, p.output_shift);
      output[unit] = static_cast<T>(clamp(scaled + p.output_zero_point, lowest, highest));
    }
    hidden = output;
    input += p.inputs;
    output += p.units;
  }
  memcpy(last, hidden, sizeof(T) * static_cast<size_t>(p.units));
}

/// The same from a fresh state; `scratch` holds lstm_state_bytes(units).
template <class P, class T, class Sum, class Rescale>
void lstm(const P& p, const T* input, const int8_t* weights, const Sum* biases, const Rescale* rescales,
          const uint16_t* sigmoid, T* output, void* scratch) {
  *static_cast<int32_t*>(scratch) = 0;
  lstm_stateful(p, input, weights, biases, rescales, sigmoid, output, scratch);
}

}  // namespace device
}  // namespace tinyml
