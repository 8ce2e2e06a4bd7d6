// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/base/random.h"

namespace tinyml::data {

/// Adds the echo of a random room in place, cut off at the end of `signal`: convolution with sparse random
/// impulses (velvet noise; Karjalainen and Järveläinen, 2007) that decay by 60 dB in 0.15 to 0.6 s, the
/// echo 20 to 3 dB below the direct sound.
void add_echo(std::span<float> signal, int32_t sample_rate_hz, Random& random);

}  // namespace tinyml::data
