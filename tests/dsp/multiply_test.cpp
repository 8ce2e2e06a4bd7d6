// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/simd/multiply.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/device/dsp/log2.h"
#include "tinyml/graph/operators.h"
#include "tinyml/ops/mfe_tables.h"

namespace tinyml::device {
namespace {

std::vector<int32_t> telling_values() {
  std::vector<int32_t> values = {0,
                                 1,
                                 -1,
                                 0x7fff,
                                 0x8000,
                                 0xffff,
                                 0x10000,
                                 -0x8000,
                                 -0x10000,
                                 -0x10001,
                                 std::numeric_limits<int32_t>::max(),
                                 std::numeric_limits<int32_t>::min()};
  Random random(7);
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<int32_t>(random.next() >> (32 + i % 32)));
  return values;
}

TEST(Multiply, NarrowFormsGiveTheBitsOfTheWideOnes) {
  for (const int32_t a : telling_values()) {
    EXPECT_EQ(narrow::square(a), static_cast<uint64_t>(int64_t{a} * a)) << a;
    for (const int32_t b : telling_values()) {
      EXPECT_EQ(narrow::multiply_wide(a, b), int64_t{a} * b) << a << " " << b;
      const auto w = static_cast<int16_t>(b);
      EXPECT_EQ(narrow::multiply_q16(a, w), static_cast<int32_t>((int64_t{a} * w) >> 16)) << a << " " << w;
      const auto u = static_cast<uint16_t>(b);
      const uint64_t wide = (static_cast<uint64_t>(static_cast<uint32_t>(a)) << 16) | u;
      EXPECT_EQ(narrow::multiply_48x16(wide, u), wide * u) << wide << " " << u;
    }
  }
}

TEST(Log2, IsWithinItsBoundOverAllMagnitudes) {
  const std::vector<uint16_t> table = ops::mfe_tables(Mfe{}).log2;
  Random random(3);
  for (int bits = 0; bits < 64; ++bits) {
    for (int i = 0; i < 1000; ++i) {
      const uint64_t v = (random.next() >> bits) | 1;
      const double error = log2_q15(v, table.data()) / 32768.0 - std::log2(static_cast<double>(v));
      EXPECT_GT(error, -0.0003) << v;
      EXPECT_LT(error, 0.0001) << v;
    }
  }
}

}  // namespace
}  // namespace tinyml::device
