// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct MulParams {
  int32_t count;
  int32_t a_zero_point, b_zero_point;
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
    visit("a_zero_point", a_zero_point), visit("b_zero_point", b_zero_point);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// Elementwise a * b.
template <class P>
void mul(const P& p, const int8_t* a, const int8_t* b, int8_t* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t product = (a[i] - p.a_zero_point) * (b[i] - p.b_zero_point);
    output[i] = requantize(p, product, p.output_multiplier, p.output_shift);
  }
}

}  // namespace device
}  // namespace tinyml
