// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/base/random.h"

namespace tinyml::data {

/// Ranges are drawn from uniformly, a clip at a time; an empty range or a probability of 0 turns a step off.
struct AugmentOptions {
  int32_t sample_rate_hz = 16000;
  double speed_low = 0.85;  // tempo and pitch together
  double speed_high = 1.15;
  double shift_ms = 100;  // earlier or later by up to this
  double equaliser_probability = 0.5;
  double equaliser_db = 6;  // two peaking filters of up to +- this
  double gain_low_db = -12;
  double gain_high_db = 6;
  double noise_probability = 0.8;
  double snr_low_db = -5;  // mean power of the window's clip over that of the noise
  double snr_high_db = 20;
  double recorded_noise_probability =
      0.7;  // otherwise white, pink or brown; all of it where there is no recording

  int32_t time_masks = 2;  // mask_features
  int32_t longest_time_mask_frames = 6;
  int32_t frequency_masks = 2;
  int32_t widest_frequency_mask_bands = 5;
};

/// A changed copy of a clip, cut or padded to `window_samples` as by fit_window: speed, equaliser, shift,
/// gain, then noise from `backgrounds` or generated. A clip that is silent gets noise at -70 to -25 dB of
/// full scale. The same for the same state of `random`.
std::vector<int16_t> augment(std::span<const int16_t> samples, int32_t window_samples,
                             const std::vector<std::vector<int16_t>>& backgrounds,
                             const AugmentOptions& options, Random& random);

/// Sets random runs of frames and of bands of frames x bands features (row-major) to `fill`: the masks of
/// SpecAugment (Park et al., 2019, arXiv:1904.08779), without time warping. No mask covers more than half.
void mask_features(std::span<int8_t> features, int32_t frames, int32_t bands, const AugmentOptions& options,
                   Random& random, int8_t fill);

}  // namespace tinyml::data
