// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "tests/kernels/targets.h"
#include "tinyml/base/random.h"

namespace tinyml {
namespace {

std::vector<float> noise(int64_t n, Random& random) {
  std::vector<float> values(static_cast<size_t>(n));
  for (float& v : values) v = static_cast<float>(random.normal());
  return values;
}

struct Shape3 {
  int64_t m, n, k;
};

// Every path: row remainders 0 to 5, vector counts 1 to 4 with and without tails, several blocks of depth.
std::vector<Shape3> shapes() {
  std::vector<Shape3> all{{1, 1, 1}, {6, 64, 128}, {6, 64, 129}, {13, 200, 300}, {3, 5, 0}};
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    all.push_back({1 + static_cast<int64_t>(random.below(20)), 1 + static_cast<int64_t>(random.below(140)),
                   1 + static_cast<int64_t>(random.below(270))});
  }
  return all;
}

TEST(Gemm, AgreesWithDoubleOverOddShapes) {
  for_each_target([] {
    Random random(2);
    for (const auto& [m, n, k] : shapes()) {
      for (const bool transposed : {false, true}) {
        const int64_t extra = static_cast<int64_t>(random.below(3));
        const std::vector<float> a = noise((m + extra) * (k + extra), random),
                                 b = noise(k * (n + extra), random);
        const std::vector<float> bias = noise(n, random);
        std::vector<float> c(static_cast<size_t>(m * (n + extra)), 77.0f);
        kernels::Gemm g{.m = m, .n = n, .k = k};
        g.a = a.data();
        g.a_row_stride = transposed ? 1 : k + extra;
        g.a_depth_stride = transposed ? m + extra : 1;
        g.b = b.data();
        g.b_row_stride = n + extra;
        g.c = c.data();
        g.c_row_stride = n + extra;
        g.bias = bias.data();
        g.low = -3;
        kernels::gemm(g);
        const std::vector<float> once = c;
        g.bias = nullptr;
        g.low = -INFINITY;
        g.accumulate = true;
        kernels::gemm(g);
        for (int64_t r = 0; r < m; ++r) {
          for (int64_t j = 0; j < n + extra; ++j) {
            const auto at = static_cast<size_t>(r * (n + extra) + j);
            if (j >= n) {
              ASSERT_EQ(c[at], 77.0f) << "written beyond the row";
              continue;
            }
            double sum = 0;
            for (int64_t d = 0; d < k; ++d) {
              sum += static_cast<double>(a[static_cast<size_t>(r * g.a_row_stride + d * g.a_depth_stride)]) *
                     static_cast<double>(b[static_cast<size_t>(d * g.b_row_stride + j)]);
            }
            const double first = std::max(-3.0, sum + static_cast<double>(bias[static_cast<size_t>(j)]));
            ASSERT_NEAR(static_cast<double>(once[at]), first, 2e-4) << m << "x" << n << "x" << k;
            ASSERT_NEAR(static_cast<double>(c[at]), first + sum, 4e-4) << m << "x" << n << "x" << k;
          }
        }
      }
    }
  });
}

TEST(Gemm, GivesARowTheSameBytesHoweverRowsAreCut) {
  Random random(3);
  constexpr int64_t kM = 29, kN = 70, kK = 150;
  const std::vector<float> a = noise(kM * kK, random), b = noise(kK * kN, random);
  std::vector<float> whole(kM * kN), cut(kM * kN);
  kernels::Gemm g{.m = kM, .n = kN, .k = kK};
  g.a = a.data();
  g.a_row_stride = kK;
  g.b = b.data();
  g.b_row_stride = g.c_row_stride = kN;
  g.c = whole.data();
  kernels::gemm(g);
  for (int64_t row = 0, step = 1; row < kM; row += step, ++step) {
    kernels::Gemm part = g;
    part.m = std::min(step, kM - row);
    part.a = a.data() + row * kK;
    part.c = cut.data() + row * kN;
    kernels::gemm(part);
  }
  EXPECT_EQ(std::memcmp(whole.data(), cut.data(), whole.size() * sizeof(float)), 0);
}

TEST(Gemm, Transposes) {
  Random random(4);
  const std::vector<float> from = noise(37 * 50, random);
  std::vector<float> to(37 * 45);
  kernels::transpose(from.data(), 37, 45, 50, to.data());
  for (size_t r = 0; r < 37; ++r) {
    for (size_t c = 0; c < 45; ++c) ASSERT_EQ(to[c * 37 + r], from[r * 50 + c]);
  }
}

}  // namespace
}  // namespace tinyml
