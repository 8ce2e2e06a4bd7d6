// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/softmax.h"

namespace tinyml {
namespace device {

struct LogSoftmaxParams {
  int32_t rows, classes;
  int32_t table_size;         // of exponentials; the exponential of a larger difference is zero
  int32_t multiplier, shift;  // of differences, to 26 fraction bits
  int32_t inverse_multiplier, inverse_shift;  // back

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("rows", rows), visit("classes", classes), visit("table_size", table_size);
    visit("multiplier", multiplier), visit("shift", shift);
    visit("inverse_multiplier", inverse_multiplier), visit("inverse_shift", inverse_shift);
  }
};

namespace detail {

/// value * 2^shift, held inside int32.
inline int32_t saturating_shift(int32_t value, int32_t shift) {
  if (shift == 0) return value;
  const int32_t limit = (INT32_C(1) << (31 - shift)) - 1;
  if (value > limit) return INT32_MAX;
  if (value < -limit) return INT32_MIN;
  return value * (1 << shift);
}

/// ln(x / 2^19) in 26 fraction bits for x >= 2^19: gemmlowp's rational approximation about the fourth root of
/// 1/2, after the power of two that brings x nearest to it.
inline int32_t logarithm(int32_t x) {
  constexpr int32_t ln_2 = 1488522236, root_of_half = 1518500250, fourth_root_of_half = 1805811301;
  constexpr int32_t numerator = 117049297, denominator = 127690142, constant = 1057819769, slope = 638450708;
  constexpr int32_t quarter = 1 << 23;  // in 25 fraction bits
  const auto times = [](int32_t a, int32_t b) { return rounding_doubling_high_multiply(a, b); };

  const int32_t zeros = leading_zeros(static_cast<uint32_t>(x));
  const int32_t r_a = saturating_shift(times(saturating_shift(x, zeros - 1), root_of_half), 1);
  const int32_t power_a = (12 - zeros) * (1 << 25) + quarter;
  const int32_t headroom = leading_zeros(static_cast<uint32_t>(times(x, root_of_half))) - 1;
  const int32_t r_b = saturating_shift(x, headroom);
  const int32_t power_b = (12 - headroom) * (1 << 25) - quarter;
  const int32_t r = r_a < r_b ? r_a : r_b;
  const int32_t power = power_a > power_b ? power_a : power_b;

  const int32_t half_sum = static_cast<int32_t>((static_cast<int64_t>(r) + fourth_root_of_half + 1) / 2);
  const int32_t q = (r - fourth_root_of_half) * 2;
  const int32_t square = times(q, q);
  const int32_t top = times(q, r) + times(times(q, square), numerator);
  const int32_t bottom = times(half_sum, constant + q + times(denominator, square)) + times(slope, q);
  const int32_t fraction = times(rounding_divide_by_power_of_two(top, 6), one_over_one_plus(bottom));
  return saturating_shift(times(power, ln_2) + fraction, 1);
}

}  // namespace detail

/// input [rows, classes], exponentials [table_size] as `softmax` has them, output [rows, classes] with scale
/// 1/16 and zero point 127.
template <class P>
void log_softmax(const P& p, const int8_t* input, const int32_t* exponentials, int8_t* output) {
  for (int32_t row = 0; row < p.rows; ++row) {
    int32_t largest = -128;
    for (int32_t c = 0; c < p.classes; ++c) {
      if (input[c] > largest) largest = input[c];
    }
    int32_t sum = 0;
    for (int32_t c = 0; c < p.classes; ++c) {
      const int32_t difference = largest - input[c];
      if (difference < p.table_size) sum += rounding_divide_by_power_of_two(exponentials[difference], 12);
    }
    const int32_t log_of_sum = detail::logarithm(sum);
    const int32_t lowest = static_cast<int32_t>(static_cast<uint32_t>(log_of_sum) + (UINT32_C(1) << 31));
    const int32_t reach = -multiply_by_quantized_multiplier(lowest, p.inverse_multiplier, p.inverse_shift);
    for (int32_t c = 0; c < p.classes; ++c) {
      const int32_t difference = largest - input[c];
      int32_t result = -128;
      if (difference < p.table_size && difference < reach) {
        const int32_t scaled = multiply_by_quantized_multiplier(-difference, p.multiplier, p.shift);
        result = rounding_divide_by_power_of_two(scaled - log_of_sum, 22) + 127;
      }
      output[c] = static_cast<int8_t>(clamp(result, -128, 127));
    }
    input += p.classes;
    output += p.classes;
  }
}

}  // namespace device
}  // namespace tinyml
