// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/base/random.h"

namespace tinyml::data {

enum class NoiseColor { white, pink, brown };

NoiseColor random_color(Random& random);

/// Fills `out` with noise of mean power 1 (exactly, over `out`): flat, falling 3 dB or 6 dB an octave.
void generate_noise(NoiseColor color, std::span<float> out, Random& random);

/// The mean square.
double mean_power(std::span<const float> samples);

/// An amplitude ratio.
double from_decibels(double decibels);

}  // namespace tinyml::data
