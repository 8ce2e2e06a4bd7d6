// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tinyml::data {

/// Where a window of `window_samples` starts in a clip: of a longer clip the start of the window with the
/// most energy (the first of equals), of a shorter one the negative number of zeros before it that
/// centres it (an odd zero goes behind). Integer arithmetic: the same on every machine.
int64_t window_start(std::span<const int16_t> samples, int32_t window_samples);

/// `window_samples` samples from `start` on, zero outside the clip.
std::vector<int16_t> cut_window(std::span<const int16_t> samples, int64_t start, int32_t window_samples);

/// The window of a clip that training, evaluation and the device's tests all see.
std::vector<int16_t> fit_window(std::span<const int16_t> samples, int32_t window_samples);

}  // namespace tinyml::data
