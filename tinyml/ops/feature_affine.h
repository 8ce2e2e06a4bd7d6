// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "tinyml/device/dsp/feature_affine.h"

namespace tinyml::ops {

using FeatureAffine = std::array<int32_t, device::kAffineSize>;

/// The constants of device::quantize_feature(int32_t) for int8 = clamp(round((feature - offset) / scale)),
/// where feature = gain * (the device's int32) + bias; gain > 0, scale > 0, all finite.
FeatureAffine feature_affine(double gain, double bias, double offset, double scale);
/// The same of device::quantize_feature(Magnitude), where feature = gain * magnitude.
FeatureAffine magnitude_affine(double gain, double offset, double scale);

}  // namespace tinyml::ops
