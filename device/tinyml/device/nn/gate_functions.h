// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

// The gates' activations on int16, by interpolation in a table of sigmoid(i / 24), i = 0 … 255, in 16
// fraction bits. tanh(x) = 2 sigmoid(2 x) - 1 reads the same table.

inline int32_t saturate_int16(int32_t value) { return clamp(value, -32768, 32767); }

/// value * multiplier / 2^shift, half up.
inline int32_t scaled(int32_t value, int32_t multiplier, int32_t shift) {
  return shift > 0 ? (value * multiplier + (1 << ((shift - 1) & 31))) >> shift : value * multiplier;
}

/// sigmoid(value * multiplier / 2^shift / (3 * 2^12)) in 15 fraction bits.
inline int32_t sigmoid_q15(const uint16_t* table, int32_t value, int32_t multiplier = 3, int32_t shift = 0) {
  const int32_t argument = scaled(value, multiplier, shift);
  const uint32_t distance = static_cast<uint32_t>(argument < 0 ? -argument : argument);
  const uint32_t index = distance >> 9;
  uint32_t upper = UINT32_C(0x7fff) << 10;
  if (index < 255) {
    const uint32_t low = table[index];
    upper = (low << 9) + (distance & 511u) * (table[index + 1] - low);
  }
  return static_cast<int32_t>((argument < 0 ? (UINT32_C(1) << 25) - upper + 511u : upper + 512u) >> 10);
}

/// tanh(value * multiplier / 2^shift / (3 * 2^12)) in 15 fraction bits.
inline int32_t tanh_q15(const uint16_t* table, int32_t value, int32_t multiplier, int32_t shift) {
  const int32_t argument = scaled(value, multiplier, shift);
  const uint32_t distance = static_cast<uint32_t>(argument < 0 ? -argument : argument);
  const uint32_t index = distance >> 8;
  int32_t upper = INT32_C(0xffff) << 8;
  if (index < 255) {
    const uint32_t low = table[index];
    upper = static_cast<int32_t>((low << 8) + (distance & 255u) * (table[index + 1] - low));
  }
  upper -= 1 << 23;
  return (argument < 0 ? 127 - upper : upper + 128) >> 8;
}

}  // namespace device
}  // namespace tinyml
