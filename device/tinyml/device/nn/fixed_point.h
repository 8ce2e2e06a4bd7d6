// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "tinyml/device/simd/multiply.h"

namespace tinyml {
namespace device {

// The fixed-point arithmetic of the TFLite 8-bit specification with gemmlowp's two roundings: first of the
// high half of the product, half up; then of the right shift, half away from zero.

namespace narrow {

/// The same by four products of 16-bit halves, for cores without a 64-bit product.
inline int32_t rounding_doubling_high_multiply(int32_t a, int32_t b) {
  const int32_t a_low = static_cast<int16_t>(a);
  const int32_t a_high = (a >> 16) + ((a >> 15) & 1);
  const int32_t b_low = b & 0xffff, b_high = b >> 16;
  const int32_t first = a_high * b_low;
  const int32_t second = a_low * b_high + ((a_low * b_low) >> 16) + (1 << 14);
  const int32_t carry = ((first & 0x7fff) + (second & 0x7fff)) >> 15;
  const uint32_t high = static_cast<uint32_t>(a_high * b_high) * 2u;
  return static_cast<int32_t>(high + static_cast<uint32_t>((first >> 15) + (second >> 15) + carry));
}

}  // namespace narrow

/// round(a * b / 2^31), halves up. Not both may be INT32_MIN.
inline int32_t rounding_doubling_high_multiply(int32_t a, int32_t b) {
#if TINYML_NARROW_MULTIPLY
  return narrow::rounding_doubling_high_multiply(a, b);
#else
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (INT64_C(1) << 30)) >> 31);
#endif
}

/// round(value / 2^exponent), halves away from zero; |value| < INT32_MAX, exponent in [0, 31], or 32 for
/// value >= 0.
inline int32_t rounding_divide_by_power_of_two(int32_t value, int32_t exponent) {
  if (exponent == 0) return value;
  return (((value + (value >> 31)) >> (exponent - 1)) + 1) >> 1;
}

/// value * multiplier / 2^31 * 2^shift, rounded twice; multiplier >= 0, shift in [-31, 30].
inline int32_t multiply_by_quantized_multiplier(int32_t value, int32_t multiplier, int32_t shift) {
  if (shift > 0) {
    const uint32_t shifted = static_cast<uint32_t>(value) << shift;
    return rounding_doubling_high_multiply(static_cast<int32_t>(shifted), multiplier);
  }
  return rounding_divide_by_power_of_two(rounding_doubling_high_multiply(value, multiplier), -shift);
}

/// value * multiplier / 2^shift, halves up: what TFLM does to the 64-bit sums of int16 layers, its multiplier
/// cut to 16 bits; |value| < 2^47, shift in [1, 62].
inline int32_t multiply_wide(int64_t value, int32_t multiplier, int32_t shift) {
  const uint64_t product = static_cast<uint64_t>(value) * static_cast<uint64_t>(multiplier);
  return static_cast<int32_t>(static_cast<int64_t>(product + (UINT64_C(1) << (shift - 1))) >> shift);
}

/// The same, quicker.
inline int32_t multiply_wide(int32_t value, int32_t multiplier, int32_t shift) {
  return static_cast<int32_t>((multiply_wide(value, multiplier) + (INT64_C(1) << (shift - 1))) >> shift);
}

inline int32_t clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

/// An accumulator as an output: scaled, moved to the output's zero point, held inside the activation's range.
/// P has output_zero_point, activation_min, activation_max.
template <class Output = int8_t, class P>
inline Output requantize(const P& p, int32_t accumulator, int32_t multiplier, int32_t shift) {
  if (p.activation_min == p.output_zero_point && accumulator <= 0)
    return static_cast<Output>(p.activation_min);
  const int32_t scaled = multiply_by_quantized_multiplier(accumulator, multiplier, shift);
  return static_cast<Output>(clamp(scaled + p.output_zero_point, p.activation_min, p.activation_max));
}

/// A sum times {multiplier, shift} of multiply_by_quantized_multiplier.
template <class Sum>
inline int32_t rescale(Sum sum, const int32_t* requantization) {
  return multiply_by_quantized_multiplier(static_cast<int32_t>(sum), requantization[0], requantization[1]);
}

/// The same of multiply_wide.
template <class Sum>
inline int32_t rescale(Sum sum, const int16_t* requantization) {
  return multiply_wide(sum, requantization[0], requantization[1]);
}

/// A sum as an output, rescaled in either way.
template <class Output, class P, class Sum, class Requantization>
inline Output requantize(const P& p, Sum sum, const Requantization* requantization) {
  if (p.activation_min == p.output_zero_point && sum <= 0) return static_cast<Output>(p.activation_min);
  const int32_t scaled = rescale(sum, requantization);
  return static_cast<Output>(clamp(scaled + p.output_zero_point, p.activation_min, p.activation_max));
}

}  // namespace device
}  // namespace tinyml
