// SPDX-License-Identifier: Apache-2.0
#pragma once

// Butterworth low- and high-pass filters as second-order sections in int32: direct form I with a 64-bit
// accumulator. The bits that rounding drops are fed back through 1 - feedback z^-1 + z^-2, whose zeros lie
// beside the section's poles, so that a cutoff near 0 Hz or half the rate costs no precision.

#include <stdint.h>

#include "tinyml/device/simd/multiply.h"

namespace tinyml {
namespace device {

/// Fraction bits of a section's coefficients.
constexpr int32_t kFilterBits = 30;
/// int32 constants a section: gain, a1, a2, and the whole number `feedback` from -2 to 2.
constexpr int32_t kSectionSize = 4;

namespace detail {

/// y[i] = gain * s[i] - a1 * y[i - 1] - a2 * y[i - 2], in place; s(x, x1, x2) of the newest inputs.
template <class Numerator>
void filter_section(int32_t* values, int32_t count, const int32_t* section, Numerator&& s) {
  const int32_t gain = section[0], a1 = section[1], a2 = section[2], feedback = section[3];
  int32_t x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  int32_t dropped1 = 0, dropped2 = 0;  // halved
  for (int32_t i = 0; i < count; ++i) {
    const int32_t x = values[i];
    const int64_t sum = static_cast<int64_t>(feedback * dropped1 - dropped2) * 2 +
                        multiply_wide(s(x, x1, x2), gain) - multiply_wide(y1, a1) - multiply_wide(y2, a2);
    dropped2 = dropped1;
    dropped1 = (static_cast<int32_t>(sum) & ((1 << kFilterBits) - 1)) >> 1;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = static_cast<int32_t>(sum >> kFilterBits);
    values[i] = y1;
  }
}

}  // namespace detail

/// Filters `values` [count] in place, from rest. `sections` [(order + 1) / 2, kSectionSize]; of an odd order
/// the first has one pole, and a2 = 0. P has `order` and `high_pass` (0 or 1). |value| < 2^29 before and
/// after each section, which the host ensures.
template <class P>
void butterworth(const P& p, int32_t* values, int32_t count, const int32_t* sections) {
  if (p.order & 1) {
    detail::filter_section(values, count, sections,
                           [&](int32_t x, int32_t x1, int32_t) { return p.high_pass ? x - x1 : x + x1; });
    sections += kSectionSize;
  }
  for (int32_t i = 0; i < p.order / 2; ++i, sections += kSectionSize) {
    detail::filter_section(values, count, sections, [&](int32_t x, int32_t x1, int32_t x2) {
      return p.high_pass ? x - 2 * x1 + x2 : x + 2 * x1 + x2;
    });
  }
}

}  // namespace device
}  // namespace tinyml
