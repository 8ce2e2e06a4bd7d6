// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// Intervals of log2's table: round(2^15 * log2(1 + i / kLog2Intervals)), i = 0 .. kLog2Intervals.
constexpr int32_t kLog2Intervals = 32;

/// log2(v) in Q15, v > 0; at most 0.0002 below the true value and 2^-14 above.
inline int32_t log2_q15(uint64_t v, const uint16_t* table) {
  const uint32_t high = static_cast<uint32_t>(v >> 32), low = static_cast<uint32_t>(v);
  int32_t exponent;
  uint32_t mantissa;
  if (high) {
    const int32_t zeros = __builtin_clz(high);
    exponent = 63 - zeros;
    mantissa = zeros ? (high << zeros) | (low >> (32 - zeros)) : high;
  } else {
    const int32_t zeros = __builtin_clz(low);
    exponent = 31 - zeros;
    mantissa = low << zeros;
  }
  const uint32_t interval = (mantissa >> 26) & 31, fraction = (mantissa >> 10) & 0xffff;
  const uint32_t base = table[interval], rise = table[interval + 1] - base;
  return (exponent << 15) + static_cast<int32_t>(base + ((rise * fraction) >> 16));
}

}  // namespace device
}  // namespace tinyml
