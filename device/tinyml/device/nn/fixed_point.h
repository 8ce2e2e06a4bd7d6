// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

// The fixed-point arithmetic of the TFLite 8-bit specification with gemmlowp's two roundings: first of the
// high half of the product, half up; then of the right shift, half away from zero.

/// round(a * b / 2^31), halves up. Not both may be INT32_MIN.
inline int32_t rounding_doubling_high_multiply(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (INT64_C(1) << 30)) >> 31);
}

/// round(value / 2^exponent), halves away from zero; exponent in [0, 31].
inline int32_t rounding_divide_by_power_of_two(int32_t value, int32_t exponent) {
  const int32_t mask = static_cast<int32_t>((UINT32_C(1) << exponent) - 1u);
  const int32_t remainder = value & mask;
  const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + (remainder > threshold ? 1 : 0);
}

/// value * multiplier / 2^31 * 2^shift, rounded twice; multiplier >= 0, shift in [-31, 30].
inline int32_t multiply_by_quantized_multiplier(int32_t value, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0;
  const int32_t right = shift > 0 ? 0 : -shift;
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << left);
  return rounding_divide_by_power_of_two(rounding_doubling_high_multiply(shifted, multiplier), right);
}

inline int32_t clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

/// An accumulator as an int8 output: scaled, moved to the output's zero point, held inside the activation's
/// range. P has output_zero_point, activation_min, activation_max.
template <class P>
inline int8_t requantize(const P& p, int32_t accumulator, int32_t multiplier, int32_t shift) {
  const int32_t scaled = multiply_by_quantized_multiplier(accumulator, multiplier, shift);
  return static_cast<int8_t>(clamp(scaled + p.output_zero_point, p.activation_min, p.activation_max));
}

}  // namespace device
}  // namespace tinyml
