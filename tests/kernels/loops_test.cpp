// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/kernels/targets.h"
#include "tinyml/base/random.h"
#include "tinyml/kernels/depthwise.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/kernels/normalize.h"
#include "tinyml/kernels/optimizer.h"

namespace tinyml {
namespace {

std::vector<float> noise(int64_t n, Random& random) {
  std::vector<float> values(static_cast<size_t>(n));
  for (float& v : values) v = static_cast<float>(random.normal());
  return values;
}

TEST(Elementwise, AgreesWithScalarLoopsOverOddLengths) {
  for_each_target([] {
    Random random(1);
    for (const int64_t n : {1, 3, 16, 31, 64, 101}) {
      const std::vector<float> a = noise(n, random), b = noise(n, random);
      std::vector<float> y(static_cast<size_t>(n) + 1, 9.0f);
      const auto each = [&](auto expected) {
        for (size_t i = 0; i < a.size(); ++i) ASSERT_FLOAT_EQ(y[i], expected(i));
        ASSERT_EQ(y.back(), 9.0f);
      };
      kernels::clamp(a.data(), n, 0, 0.5f, y.data());
      each([&](size_t i) { return std::min(std::max(a[i], 0.0f), 0.5f); });
      kernels::clamp_gradient(a.data(), b.data(), n, 0, 0.5f, y.data());
      each([&](size_t i) { return a[i] > 0 && a[i] < 0.5f ? b[i] : 0; });
      kernels::add(a.data(), b.data(), n, -1, 1, y.data());
      each([&](size_t i) { return std::min(std::max(a[i] + b[i], -1.0f), 1.0f); });
      kernels::scale(a.data(), n, 3, y.data());
      each([&](size_t i) { return 3 * a[i]; });
      kernels::add_scaled(b.data(), n, 1, y.data());
      each([&](size_t i) { return 3 * a[i] + b[i]; });
    }
  });
}

TEST(Elementwise, DropsTheSameOnEveryTargetAtTheRate) {
  std::vector<float> first;
  for_each_target([&] {
    const std::vector<float> ones(100003, 1.0f);
    std::vector<float> mask(ones.size());
    kernels::dropout(0x123456789ABCDEFu, ones.data(), static_cast<int64_t>(ones.size()), 0.2f, mask.data());
    const auto zeros = static_cast<double>(std::count(mask.begin(), mask.end(), 0.0f));
    EXPECT_NEAR(zeros / static_cast<double>(mask.size()), 0.2, 0.005);
    EXPECT_EQ(std::count(mask.begin(), mask.end(), 1 / (1 - 0.2f)),
              static_cast<int64_t>(mask.size()) - zeros);
    if (first.empty()) first = mask;
    EXPECT_EQ(mask, first);
  });
}

TEST(Elementwise, SumsColumns) {
  for_each_target([] {
    Random random(2);
    for (const int64_t columns : {1, 5, 16, 67}) {
      const std::vector<float> x = noise(13 * columns, random);
      std::vector<float> sums(static_cast<size_t>(columns));
      kernels::column_sums(x.data(), 13, columns, sums.data());
      for (size_t c = 0; c < sums.size(); ++c) {
        double sum = 0;
        for (size_t r = 0; r < 13; ++r) sum += static_cast<double>(x[r * sums.size() + c]);
        ASSERT_NEAR(static_cast<double>(sums[c]), sum, 1e-5);
      }
    }
  });
}

TEST(Normalize, SumsMomentsFarFromZero) {
  for_each_target([] {
    Random random(3);
    for (const int64_t channels : {1, 12, 40, 64, 70, 131}) {
      constexpr int64_t kRows = 33;
      std::vector<float> x = noise(kRows * channels, random);
      for (float& v : x) v += 1000;
      std::vector<float> sums(static_cast<size_t>(channels)), squares(sums.size());
      kernels::moment_sums(x.data(), kRows, channels, x.data(), sums.data(), squares.data());
      for (size_t c = 0; c < sums.size(); ++c) {
        double sum = 0, square = 0;
        for (size_t r = 0; r < kRows; ++r) {
          const double v = static_cast<double>(x[r * sums.size() + c]) - static_cast<double>(x[c]);
          sum += v;
          square += v * v;
        }
        ASSERT_NEAR(static_cast<double>(sums[c]), sum, 1e-4);
        ASSERT_NEAR(static_cast<double>(squares[c]), square, 1e-3);
      }
    }
  });
}

// One channel a time, straight from the definition.
void naive_depthwise(const kernels::Depthwise& s, const std::vector<float>& x, const std::vector<float>& w,
                     std::vector<double>& y) {
  const int64_t in = s.channels / s.multiplier;
  for (int64_t oy = 0; oy < s.height.output; ++oy)
    for (int64_t ox = 0; ox < s.width.output; ++ox)
      for (int64_t fy = 0; fy < s.height.filter; ++fy)
        for (int64_t fx = 0; fx < s.width.filter; ++fx) {
          const int64_t iy = oy * s.height.stride - s.height.pad + fy * s.height.dilation;
          const int64_t ix = ox * s.width.stride - s.width.pad + fx * s.width.dilation;
          if (iy < 0 || iy >= s.height.input || ix < 0 || ix >= s.width.input) continue;
          for (int64_t c = 0; c < s.channels; ++c) {
            y[static_cast<size_t>((oy * s.width.output + ox) * s.channels + c)] +=
                static_cast<double>(
                    x[static_cast<size_t>((iy * s.width.input + ix) * in + c / s.multiplier)]) *
                static_cast<double>(w[static_cast<size_t>((fy * s.width.filter + fx) * s.channels + c)]);
          }
        }
}

TEST(Depthwise, AgreesWithTheDefinitionAndItsAdjoint) {
  for_each_target([] {
    Random random(4);
    for (const int64_t channels : {3, 16, 36}) {
      for (const int64_t filter : {1, 3, 9}) {
        for (const int64_t multiplier : {1, 3}) {
          const kernels::DepthwiseAxis height{11, 6, filter, 2, 1, filter / 2}, width{5, 5, 3, 1, 1, 1};
          const kernels::Depthwise s{height, width, channels, multiplier};
          const int64_t in = channels / multiplier;
          if (in * multiplier != channels) continue;
          const std::vector<float> x = noise(55 * in, random), w = noise(filter * 3 * channels, random);
          const std::vector<float> dy = noise(30 * channels, random);
          std::vector<float> y(dy.size()), dx(x.size()), dw(w.size()), db(static_cast<size_t>(channels));
          std::vector<float> room(static_cast<size_t>(kernels::depthwise_scratch(s)) + 16);
          float* scratch = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64 / 4;
          kernels::depthwise_forward(s, 1, x.data(), w.data(), nullptr, -INFINITY, INFINITY, y.data(),
                                     scratch);
          kernels::depthwise_backward(s, 1, x.data(), w.data(), dy.data(), dx.data(), dw.data(), db.data(),
                                      scratch);
          std::vector<double> expected(y.size());
          naive_depthwise(s, x, w, expected);
          double of_y = 0, of_x = 0, of_w = 0, sum = 0, of_bias = 0;
          for (size_t i = 0; i < y.size(); ++i) {
            ASSERT_NEAR(static_cast<double>(y[i]), expected[i], 1e-4);
            of_y += expected[i] * static_cast<double>(dy[i]);
            sum += static_cast<double>(dy[i]);
          }
          // y is linear in x and in w: <dy, y> = <dx, x> = <dw, w>.
          for (size_t i = 0; i < x.size(); ++i)
            of_x += static_cast<double>(dx[i]) * static_cast<double>(x[i]);
          for (size_t i = 0; i < w.size(); ++i)
            of_w += static_cast<double>(dw[i]) * static_cast<double>(w[i]);
          for (const float v : db) of_bias += static_cast<double>(v);
          EXPECT_NEAR(of_x, of_y, 1e-3);
          EXPECT_NEAR(of_w, of_y, 1e-3);
          EXPECT_NEAR(of_bias, sum, 1e-3);
        }
      }
    }
  });
}

TEST(Optimizer, AdamFollowsItsPaper) {
  for_each_target([] {
    Random random(5);
    constexpr int64_t kN = 37;
    std::vector<float> p = noise(kN, random), m(kN), v(kN);
    std::vector<double> expected(p.begin(), p.end()), first(kN), second(kN);
    for (int64_t step = 1; step <= 5; ++step) {
      const std::vector<float> g = noise(kN, random);
      kernels::AdamStep options;
      options.learning_rate = 0.01f;
      options.weight_decay = 0.1f;
      options.step = step;
      kernels::adam(options, g.data(), kN, m.data(), v.data(), p.data());
      for (size_t i = 0; i < kN; ++i) {
        const double gi = static_cast<double>(g[i]), t = static_cast<double>(step);
        first[i] = 0.9 * first[i] + 0.1 * gi;
        second[i] = 0.999 * second[i] + 0.001 * gi * gi;
        expected[i] -= 0.01 * 0.1 * expected[i];
        expected[i] -= 0.01 * first[i] / (1 - std::pow(0.9, t)) /
                       (std::sqrt(second[i] / (1 - std::pow(0.999, t))) + 1e-7);
      }
    }
    for (size_t i = 0; i < kN; ++i) EXPECT_NEAR(static_cast<double>(p[i]), expected[i], 1e-5);
  });
}

TEST(Optimizer, SgdMovesWithMomentum) {
  for_each_target([] {
    std::vector<float> p(19, 1.0f), velocity(19);
    const std::vector<float> g(19, 2.0f);
    const kernels::SgdStep options{0.1f, 0.5f, 0.1f};
    kernels::sgd(options, g.data(), 19, velocity.data(), p.data());
    kernels::sgd(options, g.data(), 19, velocity.data(), p.data());
    // velocity -0.21 and then -0.105 - 0.1 * (2 + 0.1 * 0.79)
    for (const float value : p) EXPECT_NEAR(value, 1 - 0.21f - 0.105f - 0.2079f, 1e-6f);
  });
}

}  // namespace
}  // namespace tinyml
