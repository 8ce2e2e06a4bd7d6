// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "tinyml/device/dsp/feature_affine.h"

namespace tinyml {
namespace device {

struct RawParams {
  int32_t frames;
  int32_t channels;

  template <class Visit>
  void for_each(Visit visit) const {
    visit("frames", frames);
    visit("channels", channels);
  }
};

/// samples [frames, channels] -> output [frames, channels]; `affine` [channels, kAffineSize] of the int16
/// samples.
template <class P>
void raw(const P& p, const int16_t* samples, const int32_t* affine, int8_t* output) {
  for (int32_t i = 0; i < p.frames; ++i) {
    for (int32_t c = 0; c < p.channels; ++c) {
      *output++ = quantize_feature(*samples++, affine + c * kAffineSize);
    }
  }
}

}  // namespace device
}  // namespace tinyml
