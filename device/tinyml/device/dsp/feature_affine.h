// SPDX-License-Identifier: Apache-2.0
#pragma once

// The last step of a sensor's front end: a feature in fixed point becomes int8,
// clamp(round((feature - offset) / scale), -128, 127), by three int32 constants a feature that the host made:
// zero, multiplier, and shifts (the low half the shift of multiply_by_quantized_multiplier, the high half the
// fraction bits of a Magnitude).

#include <stdint.h>

#include "tinyml/device/dsp/magnitude.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

/// int32 constants a feature.
constexpr int32_t kAffineSize = 3;

/// A feature in any fixed-point format; `affine` [kAffineSize] is made for that format.
inline int8_t quantize_feature(int32_t feature, const int32_t* affine) {
  const int32_t shift = static_cast<int16_t>(affine[2] & 0xffff);
  const int64_t difference = static_cast<int64_t>(feature) - affine[0];
  const int32_t limit = shift > 0 ? INT32_MAX >> shift : INT32_MAX;
  const int32_t held = difference < -limit  ? -limit
                       : difference > limit ? limit
                                            : static_cast<int32_t>(difference);
  return static_cast<int8_t>(clamp(multiply_by_quantized_multiplier(held, affine[1], shift), -128, 127));
}

/// A feature that is not negative and keeps its 32 significant bits until here.
inline int8_t quantize_feature(const Magnitude& feature, const int32_t* affine) {
  return quantize_feature(to_fixed(feature, affine[2] >> 16), affine);
}

}  // namespace device
}  // namespace tinyml
