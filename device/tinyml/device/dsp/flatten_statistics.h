// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "tinyml/device/dsp/feature_affine.h"
#include "tinyml/device/dsp/statistics.h"

namespace tinyml {
namespace device {

struct FlattenStatisticsParams {
  int32_t frames;
  int32_t channels;
  int32_t frame_samples;  // of each channel, at most 65,536
  int32_t hop_samples;
  int32_t features;  // of all channels
  // Whether each statistic is wanted, 0 or 1.
  int32_t average, minimum, maximum, root_mean_square, standard_deviation, skewness, kurtosis;

  template <class Visit>
  void for_each(Visit visit) const {
    visit("frames", frames);
    visit("channels", channels);
    visit("frame_samples", frame_samples);
    visit("hop_samples", hop_samples);
    visit("features", features);
    visit("average", average);
    visit("minimum", minimum);
    visit("maximum", maximum);
    visit("root_mean_square", root_mean_square);
    visit("standard_deviation", standard_deviation);
    visit("skewness", skewness);
    visit("kurtosis", kurtosis);
  }
};

/// Fraction bits of the samples whose statistics are taken.
constexpr int32_t kFlattenBits = 14;

/// One frame: samples [frame_samples, channels] -> output [features]. `affine` [features, kAffineSize]:
/// average, minimum and maximum with kFlattenBits fraction bits, skewness and kurtosis with kMomentBits, the
/// others as magnitudes of samples times 2^kFlattenBits.
template <class P>
void flatten_statistics_frame(const P& p, const int16_t* samples, const int32_t* affine, int8_t* output) {
  for (int32_t c = 0; c < p.channels; ++c) {
    const Statistics s = statistics_of(
        p.frame_samples, [&](int32_t i) { return samples[i * p.channels + c] * (1 << kFlattenBits); });
    const auto put = [&](const auto& feature) {
      *output++ = quantize_feature(feature, affine);
      affine += kAffineSize;
    };
    if (p.average) put(s.mean);
    if (p.minimum) put(s.smallest);
    if (p.maximum) put(s.largest);
    if (p.root_mean_square) put(root_mean_square(s));
    if (p.standard_deviation) put(square_root(s.variance));
    if (p.skewness) put(s.skewness);
    if (p.kurtosis) put(s.kurtosis);
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples, channels] -> output
/// [frames, features].
template <class P>
void flatten_statistics(const P& p, const int16_t* samples, const int32_t* affine, int8_t* output) {
  for (int32_t i = 0; i < p.frames; ++i) {
    flatten_statistics_frame(p, samples + i * p.hop_samples * p.channels, affine, output + i * p.features);
  }
}

}  // namespace device
}  // namespace tinyml
