// SPDX-License-Identifier: Apache-2.0
#pragma once

// Non-negative numbers with 32 significant bits and any size, for the few operations that end a statistic:
// ratios and roots of sums. Integers only, each result rounded down to 32 bits, the same bits on every core.

#include <stdint.h>

namespace tinyml {
namespace device {

/// mantissa * 2^exponent; the mantissa's top bit is set, or the mantissa is 0.
struct Magnitude {
  uint32_t mantissa;
  int32_t exponent;
};

/// value * 2^exponent.
inline Magnitude to_magnitude(uint64_t value, int32_t exponent) {
  const uint32_t high = static_cast<uint32_t>(value >> 32), low = static_cast<uint32_t>(value);
  if (high) {
    const int32_t zeros = __builtin_clz(high);
    return {zeros ? (high << zeros) | (low >> (32 - zeros)) : high, exponent + 32 - zeros};
  }
  if (low == 0) return {0, 0};
  const int32_t zeros = __builtin_clz(low);
  return {low << zeros, exponent - zeros};
}

inline Magnitude operator*(const Magnitude& a, const Magnitude& b) {
  return to_magnitude(static_cast<uint64_t>(a.mantissa) * b.mantissa, a.exponent + b.exponent);
}

/// A ratio to zero is zero.
inline Magnitude operator/(const Magnitude& a, const Magnitude& b) {
  if (b.mantissa == 0) return {0, 0};
  return to_magnitude((static_cast<uint64_t>(a.mantissa) << 32) / b.mantissa, a.exponent - b.exponent - 32);
}

inline Magnitude operator+(const Magnitude& a, const Magnitude& b) {
  if (a.mantissa == 0) return b;
  if (b.mantissa == 0) return a;
  const Magnitude& large = a.exponent < b.exponent ? b : a;
  const Magnitude& small = a.exponent < b.exponent ? a : b;
  const int32_t apart = large.exponent - small.exponent;
  if (apart > 32) return large;
  return to_magnitude((static_cast<uint64_t>(large.mantissa) << 31) +
                          ((static_cast<uint64_t>(small.mantissa) << 31) >> apart),
                      large.exponent - 31);
}

inline Magnitude square_root(const Magnitude& a) {
  if (a.mantissa == 0) return a;
  const int32_t odd = a.exponent & 1;
  uint64_t rest = static_cast<uint64_t>(a.mantissa) << (30 + odd), root = 0;
  for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
    const uint64_t trial = root + bit;
    root >>= 1;
    if (rest < trial) continue;
    rest -= trial;
    root += bit;
  }
  return to_magnitude(root, (a.exponent - odd - 30) / 2);
}

/// a * 2^fraction_bits, rounded to nearest and saturated to 0 .. INT32_MAX.
inline int32_t to_fixed(const Magnitude& a, int32_t fraction_bits) {
  const int32_t right = -(a.exponent + fraction_bits);
  if (a.mantissa == 0 || right > 32) return 0;
  if (right < 1) return INT32_MAX;
  const uint64_t rounded = (a.mantissa + (UINT64_C(1) << (right - 1))) >> right;
  return rounded > INT32_MAX ? INT32_MAX : static_cast<int32_t>(rounded);
}

}  // namespace device
}  // namespace tinyml
