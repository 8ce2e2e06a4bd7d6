// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mean, variance, skewness and kurtosis in integers only, the same bits on every core.
//
// Deviations from the mean are block-normalised to 15 bits and their powers summed exactly. Against float64,
// for every sequence of n values: the variance within 2^-14 of itself, the skewness within
// 2^-12 + 2^-14 sqrt(n), the kurtosis within 2^-12 and 2^-14 of itself.

#include <stdint.h>

#include "tinyml/device/dsp/magnitude.h"
#include "tinyml/device/simd/multiply.h"

namespace tinyml {
namespace device {

/// Fraction bits of skewness and kurtosis.
constexpr int32_t kMomentBits = 14;

/// Of the values v: smallest, largest and mean in their unit; variance in its square, mean((v - mean)^2), no
/// degree of freedom taken off; skewness mean((v - mean)^3) / variance^1.5 and kurtosis mean((v - mean)^4) /
/// variance^2 - 3, both with kMomentBits fraction bits, 0 where all values are equal.
struct Statistics {
  int32_t smallest, largest;
  int32_t mean;
  Magnitude variance;
  int32_t skewness, kurtosis;
};

/// The root of the mean of the squares: sqrt(mean^2 + variance).
inline Magnitude root_mean_square(const Statistics& s) {
  return square_root(to_magnitude(square(s.mean), 0) + s.variance);
}

namespace detail {

/// sum / count to nearest, halves away from zero.
template <class Integer>
Integer divide_rounded(Integer sum, int32_t count) {
  return sum < 0 ? -((count / 2 - sum) / count) : (sum + count / 2) / count;
}

}  // namespace detail

/// Of value(0) .. value(count - 1), which are read twice. |value| < 2^30, 1 <= count <= 65,536. The mean is
/// rounded to the values' unit, so give them fraction bits: int16 samples times 2^14 have a mean in Q14. The
/// others need none.
template <class Value>
Statistics statistics_of(int32_t count, Value&& value) {
  int64_t sum = 0;
  int32_t low = value(0), high = low;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t v = value(i);
    sum += v;
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  Statistics result = {low, high, low, {0, 0}, 0, 0};
  if (low == high) return result;
  const int32_t mean = static_cast<int32_t>(detail::divide_rounded(sum, count));
  result.mean = mean;

  const int32_t reach = high - mean > mean - low ? high - mean : mean - low;
  const int32_t right = 17 - __builtin_clz(static_cast<uint32_t>(reach));
  const int32_t left = right < 0 ? -right : 0, drop = right < 0 ? 0 : right;
  const int32_t half = drop ? 1 << (drop - 1) : 0;
  const int32_t rest = detail::divide_rounded(
      static_cast<int32_t>(sum - static_cast<int64_t>(mean) * count) * (1 << left), count);

  int32_t first = 0;
  uint64_t second = 0, fourth = 0;
  int64_t third = 0;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t d = (((value(i) - mean) * (1 << left) + half) >> drop) - rest;
    const int32_t squared = d * d;
    first += d;
    second += static_cast<uint32_t>(squared);
    third += multiply_wide(squared, d);
    fourth += square((squared + (1 << 7)) >> 8);
  }

  // The deviations' own mean, at most 1, is what rounding left; it moves the higher moments to first order.
  const int64_t bias = detail::divide_rounded(first * (1 << 14), count);
  const Magnitude n = to_magnitude(static_cast<uint32_t>(count), 0);
  const Magnitude squares = to_magnitude(second - static_cast<uint64_t>((bias * first) >> 14), 0);
  const int64_t cubes = third - 3 * ((bias * static_cast<int64_t>(second >> 8)) >> 6);
  const Magnitude fourths =
      to_magnitude(fourth - static_cast<uint64_t>(4 * (((third >> 16) * bias) >> 14)), 16);
  const Magnitude inverse = n / squares;
  result.variance = squares / n;
  result.variance.exponent += 2 * (drop - left);
  const Magnitude skewness =
      to_magnitude(static_cast<uint64_t>(cubes < 0 ? -cubes : cubes), 0) / squares * square_root(inverse);
  const int32_t asymmetry = to_fixed(skewness, kMomentBits);
  result.skewness = cubes < 0 ? -asymmetry : asymmetry;
  result.kurtosis = to_fixed(fourths / squares * inverse, kMomentBits) - (3 << kMomentBits);
  return result;
}

}  // namespace device
}  // namespace tinyml
