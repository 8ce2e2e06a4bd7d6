// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// Stands for generated code: the same interface, scores from loudness and zero crossings.
namespace kws {

constexpr int32_t output_bytes = 3;
constexpr int32_t classes = 3;
extern const char* const labels[];
constexpr int32_t sample_rate_hz = 16000;
constexpr int32_t hop_samples = 160;
constexpr int32_t window_samples = 1640;

void reset();
void push(const int16_t* samples);
const int8_t* classify();

}  // namespace kws
