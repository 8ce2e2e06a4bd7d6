// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tinyml::ops {

/// y[i] = b0 x[i] + b1 x[i-1] + b2 x[i-2] - a1 y[i-1] - a2 y[i-2].
struct FilterSection {
  double b0, b1, b2, a1, a2;
};

/// The Butterworth low- or high-pass filter of `order` poles, bilinear with the cutoff (-3 dB) prewarped, as
/// second-order sections by rising resonance; of an odd order the first has one pole (b2 = a2 = 0). Each
/// section has gain 1 at 0 Hz (low pass) or half the rate (high pass). order >= 1, 0 < cutoff < rate / 2.
/// Poles on a circle: Butterworth 1930; bilinear transform: Oppenheim and Schafer, Discrete-Time Signal
/// Processing.
std::vector<FilterSection> butterworth(int32_t order, double cutoff_hz, double rate_hz, bool high_pass);

/// Filters in place, from rest.
void filter(std::span<const FilterSection> sections, std::span<double> values);

/// The constants of tinyml/device/dsp/butterworth.h.
struct FixedFilter {
  std::vector<int32_t> sections;
  /// The most fraction bits, up to 13, that int16 samples may get so that no `samples` of them overflow.
  int32_t fraction_bits = 0;
};
/// The same filter with poles rounded to 2^-30 and a gain of exactly 1 where it is 1.
FixedFilter fixed_filter(std::span<const FilterSection> sections, bool high_pass, int32_t samples);

}  // namespace tinyml::ops
