// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/hard_swish.h"

#include <algorithm>
#include <limits>

namespace tinyml::ops {
namespace {

int16_t saturate(int32_t value) { return static_cast<int16_t>(std::clamp(value, -32768, 32767)); }

/// round(a * b / 2^15), halves away from zero; of the smallest two the largest.
int16_t rounding_high_multiply(int16_t a, int16_t b) {
  const int32_t product = a * b;
  return saturate((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}

/// Halves away from zero; the exponent is at most 31.
int16_t rounding_divide(int16_t value, int exponent) {
  const auto mask = static_cast<int16_t>((int64_t{1} << exponent) - 1);
  const auto remainder = static_cast<int16_t>(value & mask);
  const int threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return static_cast<int16_t>((value >> exponent) + (remainder > threshold ? 1 : 0));
}

Multiplier to_16_bits(Multiplier multiplier) {
  constexpr int32_t half = 1 << 15;
  const bool largest = multiplier.value >= std::numeric_limits<int32_t>::max() - half;
  return {largest ? 32767 : (multiplier.value + half) >> 16, multiplier.shift};
}

}  // namespace

HardSwish::HardSwish(const Quantization& input, const Quantization& output)
    : input_zero_point_(input.zero_point()), output_zero_point_(output.zero_point()) {
  const float fine_scale = (1.0f / 128.0f) * input.scale();
  constexpr float ramp_scale = 3.0f / 32768.0f;
  to_output_ = to_16_bits(quantize_multiplier(double{fine_scale / output.scale()}));
  to_ramp_ = to_16_bits(quantize_multiplier(double{fine_scale / ramp_scale}));
  if (to_output_.shift > 0) {
    throw Error(ErrorKind::unsupported, "hard_swish: the output scale is too small beside the input's");
  }
}

int32_t HardSwish::operator()(int32_t value) const {
  const auto fine = static_cast<int16_t>((value - input_zero_point_) * (1 << 7));
  const int16_t on_output = rounding_high_multiply(fine, static_cast<int16_t>(to_output_.value));
  int16_t ramp = fine;
  if (to_ramp_.shift > 0)
    ramp = saturate(static_cast<int32_t>(
        std::clamp<int64_t>(int64_t{ramp} * (int64_t{1} << (to_ramp_.shift - 1)), -32768, 32767)));
  ramp = rounding_high_multiply(ramp, static_cast<int16_t>(to_ramp_.value));
  if (to_ramp_.shift > 0) ramp = saturate(ramp * 2);
  if (to_ramp_.shift < 0) ramp = rounding_divide(ramp, -to_ramp_.shift);
  ramp = static_cast<int16_t>((ramp + (1 << 15)) >> 1);
  const auto exact = static_cast<int16_t>(ramp * on_output / (1 << 15));
  const auto result = static_cast<int16_t>(rounding_divide(exact, -to_output_.shift) + output_zero_point_);
  return std::clamp<int32_t>(result, -128, 127);
}

}  // namespace tinyml::ops
