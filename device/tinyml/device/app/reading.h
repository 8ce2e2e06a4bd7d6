// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// The nearest integer, ties away from zero, held within low and high; NaN is low. IEEE single precision
/// without a product that a compiler could fuse: the same on every machine.
inline int32_t round_reading(float value, int32_t low, int32_t high) {
  const float rounded = value < 0 ? value - 0.5f : value + 0.5f;
  if (!(rounded > static_cast<float>(low))) return low;
  return rounded < static_cast<float>(high) ? static_cast<int32_t>(rounded) : high;
}

/// A reading in its physical unit as the counts that push() takes; one count is `unit`.
inline int16_t to_count(float reading, float unit) {
  return static_cast<int16_t>(round_reading(reading / unit, -32768, 32767));
}

/// A reading that a score is conditioned on, as an int8 input of the net.
inline int8_t to_context(float reading, float offset, float scale) {
  return static_cast<int8_t>(round_reading((reading - offset) / scale, -128, 127));
}

}  // namespace device
}  // namespace tinyml
