// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tables of tinyml/device/dsp/fft.h and log2.h.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <type_traits>
#include <vector>

#include "tinyml/device/dsp/log2.h"

namespace tinyml::ops {

/// Cosine and sine, times `scale`, of the first quarter of a circle of `points`: points / 4 pairs.
template <class T>
std::vector<T> quarter_circle(int32_t points, double scale) {
  std::vector<T> table;
  for (int32_t i = 0; i < points / 4; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    for (const double value : {std::cos(angle), std::sin(angle)}) {
      if constexpr (std::is_integral_v<T>) {
        table.push_back(static_cast<T>(std::min(std::lround(value * scale), 32767L)));
      } else {
        table.push_back(static_cast<T>(value * scale));
      }
    }
  }
  return table;
}

inline std::vector<uint16_t> log2_table() {
  std::vector<uint16_t> table;
  for (int32_t i = 0; i <= device::kLog2Intervals; ++i) {
    const double exact = std::log2(1 + static_cast<double>(i) / device::kLog2Intervals);
    table.push_back(static_cast<uint16_t>(std::lround(32768 * exact)));
  }
  return table;
}

}  // namespace tinyml::ops
