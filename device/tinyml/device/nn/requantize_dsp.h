// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/simd/dsp.h"

namespace tinyml {
namespace device {
namespace dsp {

/// What `requantize` computes, for accumulators below 2^29 in magnitude. `doubled` is twice the accumulator,
/// `rounding` is 2^(shift - 1) + (output zero point << shift), `shift` the right shift in [1, 22].
/// Where the activation cuts at the zero point, negative accumulators need no rounding of their own.
template <class P>
inline int8_t requantize(const P& p, int32_t doubled, int32_t multiplier, int32_t rounding, int32_t shift) {
  int32_t scaled = smmlar(doubled, multiplier, rounding);
  if (p.activation_min != p.output_zero_point) scaled += doubled >> 31;
  int32_t value = ssat8(scaled >> shift);
  if (p.activation_min > -128 && value < p.activation_min) value = p.activation_min;
  if (p.activation_max < 127 && value > p.activation_max) value = p.activation_max;
  return static_cast<int8_t>(value);
}

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
