// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct AddParams {
  int32_t count;
  int32_t a_zero_point, a_multiplier, a_shift;
  int32_t b_zero_point, b_multiplier, b_shift;
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
    visit("a_zero_point", a_zero_point), visit("a_multiplier", a_multiplier), visit("a_shift", a_shift);
    visit("b_zero_point", b_zero_point), visit("b_multiplier", b_multiplier), visit("b_shift", b_shift);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// Elementwise: both inputs, 20 bits up, on a common scale; then the output's. Shifts are <= 0.
template <class P>
void add(const P& p, const int8_t* a, const int8_t* b, int8_t* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled_a =
        multiply_by_quantized_multiplier((a[i] - p.a_zero_point) * (1 << 20), p.a_multiplier, p.a_shift);
    const int32_t scaled_b =
        multiply_by_quantized_multiplier((b[i] - p.b_zero_point) * (1 << 20), p.b_multiplier, p.b_shift);
    output[i] = requantize(p, scaled_a + scaled_b, p.output_multiplier, p.output_shift);
  }
}

}  // namespace device
}  // namespace tinyml
