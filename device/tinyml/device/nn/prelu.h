// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct PreluParams : BroadcastParams {
  int32_t input_zero_point, slope_zero_point;
  int32_t above_multiplier, above_shift;  // of the input from 0 on
  int32_t below_multiplier, below_shift;  // of input * slope
  int32_t output_zero_point, activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    BroadcastParams::for_each(visit);
    visit("input_zero_point", input_zero_point), visit("slope_zero_point", slope_zero_point);
    visit("above_multiplier", above_multiplier), visit("above_shift", above_shift);
    visit("below_multiplier", below_multiplier), visit("below_shift", below_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

template <class P, class T>
void prelu(const P& p, const T* input, const int8_t* slopes, const int32_t* levels, T* output) {
  broadcast(p, input, slopes, levels, output, [&p](T value, int8_t slope) {
    const int32_t x = value - p.input_zero_point;
    const int32_t y = x < 0 ? multiply_by_quantized_multiplier(x * (slope - p.slope_zero_point),
                                                               p.below_multiplier, p.below_shift)
                            : multiply_by_quantized_multiplier(x, p.above_multiplier, p.above_shift);
    return static_cast<T>(clamp(y + p.output_zero_point, p.activation_min, p.activation_max));
  });
}

}  // namespace device
}  // namespace tinyml
