// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/// What the generator prints for frames of 160 x 120 in RGB565, by hand: tells bright from dark by the mean.
namespace looks {

constexpr int32_t input_bytes = 160 * 120 * 2;
constexpr int32_t classes = 2;
extern const char* const labels[];

const int8_t* invoke(const uint8_t* input);

}  // namespace looks
