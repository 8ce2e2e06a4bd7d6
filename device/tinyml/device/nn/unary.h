// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"
#include "tinyml/device/nn/gate_functions.h"

namespace tinyml {
namespace device {

struct SlopesParams {
  int32_t count;
  int32_t input_zero_point;
  int32_t above_multiplier, above_shift;  // from 0 on
  int32_t below_multiplier, below_shift;
  int32_t output_zero_point, activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count), visit("input_zero_point", input_zero_point);
    visit("above_multiplier", above_multiplier), visit("above_shift", above_shift);
    visit("below_multiplier", below_multiplier), visit("below_shift", below_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// A function of two slopes that meet in 0 (relu, leaky relu, absolute value), of one element.
template <class P>
inline int32_t on_slopes(const P& p, int32_t value) {
  const int32_t x = value - p.input_zero_point;
  const int32_t y = x < 0 ? multiply_by_quantized_multiplier(x, p.below_multiplier, p.below_shift)
                          : multiply_by_quantized_multiplier(x, p.above_multiplier, p.above_shift);
  return clamp(y + p.output_zero_point, p.activation_min, p.activation_max);
}

template <class P>
void slopes(const P& p, const int16_t* input, int16_t* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = static_cast<int16_t>(on_slopes(p, input[i]));
}

struct GateParams {
  int32_t count;
  int32_t multiplier, shift;  // to steps of 1 / (3 * 2^12)

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count), visit("multiplier", multiplier), visit("shift", shift);
  }
};

/// With the table of gate_functions.h.
template <class P>
void logistic(const P& p, const int16_t* input, const uint16_t* sigmoid, int16_t* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    output[i] = static_cast<int16_t>(sigmoid_q15(sigmoid, input[i], p.multiplier, p.shift));
  }
}

/// With the table of gate_functions.h.
template <class P>
void tanh(const P& p, const int16_t* input, const uint16_t* sigmoid, int16_t* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    output[i] = static_cast<int16_t>(tanh_q15(sigmoid, input[i], p.multiplier, p.shift));
  }
}

}  // namespace device
}  // namespace tinyml
