// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/feature_affine.h"

#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

FeatureAffine feature_affine(double gain, double bias, double offset, double scale) {
  TINYML_CHECK(gain > 0 && scale > 0 && std::isfinite(gain + bias + offset + scale));
  const double zero = std::clamp(std::round((offset - bias) / gain), -0x1p31, 0x1p31 - 1);
  // Beyond 2^29 counts a unit only saturation is left.
  const Multiplier multiplier = quantize_multiplier(std::min(gain / scale, 0x1p29));
  return {static_cast<int32_t>(zero), multiplier.value, multiplier.shift & 0xffff};
}

FeatureAffine magnitude_affine(double gain, double offset, double scale) {
  TINYML_CHECK(gain > 0 && scale > 0 && std::isfinite(gain + offset + scale));
  int exponent = 0;
  std::frexp((std::abs(offset) + 129 * scale) / gain, &exponent);
  const int fraction_bits = 30 - exponent;
  FeatureAffine affine = feature_affine(std::ldexp(gain, -fraction_bits), 0, offset, scale);
  affine[2] |= fraction_bits * (1 << 16);
  return affine;
}

}  // namespace tinyml::ops
