// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/add.h"

namespace tinyml {
namespace device {

/// Elementwise a - b, with the parameters of `add`.
template <class P>
void sub(const P& p, const int8_t* a, const int8_t* b, int8_t* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled_a =
        multiply_by_quantized_multiplier((a[i] - p.a_zero_point) * (1 << 20), p.a_multiplier, p.a_shift);
    const int32_t scaled_b =
        multiply_by_quantized_multiplier((b[i] - p.b_zero_point) * (1 << 20), p.b_multiplier, p.b_shift);
    output[i] = requantize(p, scaled_a - scaled_b, p.output_multiplier, p.output_shift);
  }
}

}  // namespace device
}  // namespace tinyml
