// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct SoftmaxParams {
  int32_t rows, classes;
  int32_t table_size;  // of exponentials; the exponential of a larger difference is zero

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("rows", rows), visit("classes", classes), visit("table_size", table_size);
  }
};

namespace detail {

inline int32_t leading_zeros(uint32_t value) {
#if defined(__GNUC__)
  return value == 0 ? 32 : __builtin_clz(value);
#else
  int32_t zeros = 32;
  for (; value != 0; value >>= 1) --zeros;
  return zeros;
#endif
}

/// 2 / (1 + a) in 29 fraction bits for a in [0, 1), which has 31. Newton-Raphson on half the denominator,
/// started at 48/17 - 32/17 d.
inline int32_t two_over_one_plus(int32_t a) {
  const int32_t half_denominator = static_cast<int32_t>((static_cast<int64_t>(a) + INT32_MAX + 1) / 2);
  int32_t x = 1515870810 + rounding_doubling_high_multiply(half_denominator, -1010580540);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = (1 << 29) - rounding_doubling_high_multiply(half_denominator, x);
    x += rounding_doubling_high_multiply(x, error) * 4;
  }
  return x;
}

/// 1 / (1 + a) for a in [0, 1); both in 31 fraction bits.
inline int32_t one_over_one_plus(int32_t a) {
  const int32_t x = two_over_one_plus(a);
  return x > (INT32_MAX >> 1) ? INT32_MAX : x * 2;
}

/// 1 / x for x > 0 without a point, times a power of two: 31 fraction bits. `headroom` becomes the number of
/// zeros before the first bit of x.
inline int32_t reciprocal(int32_t x, int32_t& headroom) {
  headroom = leading_zeros(static_cast<uint32_t>(x));
  return one_over_one_plus(
      static_cast<int32_t>((static_cast<uint32_t>(x) << headroom) - (UINT32_C(1) << 31)));
}

}  // namespace detail

/// input [rows, classes], exponentials [table_size]: exp(-difference to the row's largest) in 31 fraction
/// bits, output [rows, classes] of int8 or int16: of all its range, from 0 up to 1.
template <class P, class Output>
void softmax(const P& p, const int8_t* input, const int32_t* exponentials, Output* output) {
  constexpr int32_t bits = 8 * sizeof(Output);
  constexpr int32_t lowest = -(1 << (bits - 1)), highest = (1 << (bits - 1)) - 1;
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
    int32_t headroom = 0;
    const int32_t scale = detail::reciprocal(sum, headroom);
    int32_t shift = 12 - headroom + 31 - bits;
    // A shift of 32 leaves nothing, as further ones would. Sums of fewer classes do not get there.
    if (p.classes >= 512 && shift > 32) shift = 32;
    for (int32_t c = 0; c < p.classes; ++c) {
      const int32_t difference = largest - input[c];
      int32_t probability = lowest;
      if (difference < p.table_size) {
        probability += rounding_divide_by_power_of_two(
            rounding_doubling_high_multiply(scale, exponentials[difference]), shift);
      }
      output[c] = static_cast<Output>(clamp(probability, lowest, highest));
    }
    input += p.classes;
    output += p.classes;
  }
}

}  // namespace device
}  // namespace tinyml
