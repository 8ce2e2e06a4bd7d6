// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/fixed_point.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tinyml/base/random.h"

namespace tinyml::device {
namespace {

// Numbers of every magnitude, and those beside powers of two.
int32_t any_number(Random& random) {
  const auto shift = static_cast<int>(random.below(31));
  const int64_t value = random.below(2) != 0 ? static_cast<int32_t>(random.next() >> 32) >> shift
                                             : (int64_t{1} << shift) * (random.below(2) != 0 ? 1 : -1) +
                                                   static_cast<int64_t>(random.below(5)) - 2;
  return static_cast<int32_t>(std::clamp<int64_t>(value, -INT32_MAX + 1, INT32_MAX - 1));
}

TEST(FixedPoint, NarrowProductsAreTheWideOnes) {
  Random random(1);
  for (int i = 0; i < 200000; ++i) {
    const int32_t a = any_number(random), b = any_number(random);
    const int64_t exact = (int64_t{a} * b + (int64_t{1} << 30)) >> 31;
    ASSERT_EQ(narrow::rounding_doubling_high_multiply(a, b), exact) << a << " * " << b;
    ASSERT_EQ(rounding_doubling_high_multiply(a, b), exact) << a << " * " << b;
  }
}

TEST(FixedPoint, DividesWithHalvesAwayFromZero) {
  Random random(2);
  for (int i = 0; i < 200000; ++i) {
    const int32_t value = any_number(random);
    const auto exponent = static_cast<int32_t>(random.below(32));
    ASSERT_EQ(rounding_divide_by_power_of_two(value, exponent), std::round(std::ldexp(value, -exponent)))
        << value << " / 2^" << exponent;
  }
}

}  // namespace
}  // namespace tinyml::device
