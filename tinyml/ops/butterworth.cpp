// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/butterworth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tinyml/base/error.h"
#include "tinyml/device/dsp/butterworth.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kMostFractionBits = 13;

/// {gain, a1, a2, feedback}; a's nearest values for which the gain is a whole number.
std::vector<int32_t> fixed_section(const FilterSection& section, bool high_pass) {
  constexpr auto kOne = int64_t{1} << device::kFilterBits;
  int64_t a1 = std::llround(std::ldexp(section.a1, device::kFilterBits));
  int64_t a2 = std::llround(std::ldexp(section.a2, device::kFilterBits));
  const auto denominator = [&] { return kOne + (high_pass ? -a1 : a1) + a2; };
  const bool one_pole = section.b2 == 0;
  const int64_t numerator = one_pole ? 2 : 4;
  int64_t& adjusted = one_pole ? a1 : a2;
  const int64_t step = one_pole && high_pass ? -1 : 1;
  const int64_t rest = denominator() % numerator;
  adjusted += step * (2 * rest > numerator ? numerator - rest : -rest);
  TINYML_CHECK(denominator() > 0 && denominator() % numerator == 0);
  return {static_cast<int32_t>(denominator() / numerator), static_cast<int32_t>(a1), static_cast<int32_t>(a2),
          static_cast<int32_t>(std::lround(-2 * section.a1 / (1 + section.a2)))};
}

}  // namespace

std::vector<FilterSection> butterworth(int32_t order, double cutoff_hz, double rate_hz, bool high_pass) {
  TINYML_CHECK(order >= 1 && cutoff_hz > 0 && cutoff_hz < rate_hz / 2);
  const double c = std::tan(std::numbers::pi * cutoff_hz / rate_hz);
  std::vector<FilterSection> sections;
  if (order % 2 != 0) {
    const double b = (high_pass ? 1 : c) / (1 + c);
    sections.push_back({b, high_pass ? -b : b, 0, (c - 1) / (c + 1), 0});
  }
  for (int32_t i = order / 2 - 1; i >= 0; --i) {
    const double damping = 2 * std::sin(std::numbers::pi * (2 * i + 1) / (2 * order));
    const double norm = 1 + damping * c + c * c, b = (high_pass ? 1 : c * c) / norm;
    sections.push_back(
        {b, high_pass ? -2 * b : 2 * b, b, 2 * (c * c - 1) / norm, (1 - damping * c + c * c) / norm});
  }
  return sections;
}

void filter(std::span<const FilterSection> sections, std::span<double> values) {
  for (const FilterSection& s : sections) {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (double& value : values) {
      const double x = value;
      value = s.b0 * x + s.b1 * x1 + s.b2 * x2 - s.a1 * y1 - s.a2 * y2;
      x2 = x1, x1 = x, y2 = y1, y1 = value;
    }
  }
}

FixedFilter fixed_filter(std::span<const FilterSection> sections, bool high_pass, int32_t samples) {
  FixedFilter fixed;
  std::vector<double> response(static_cast<size_t>(samples));
  response.at(0) = 1;
  double largest = 1;
  for (const FilterSection& section : sections) {
    const std::vector<int32_t> constants = fixed_section(section, high_pass);
    fixed.sections.insert(fixed.sections.end(), constants.begin(), constants.end());
    filter({&section, 1}, response);
    double sum = 0;
    for (const double value : response) sum += std::abs(value);
    largest = std::max(largest, sum);
  }
  // Rounding and the rounded coefficients add less than one part in 64.
  fixed.fraction_bits =
      std::min(kMostFractionBits, static_cast<int32_t>(std::floor(std::log2(0x1p29 / (33280 * largest)))));
  TINYML_CHECK(fixed.fraction_bits >= 0);
  return fixed;
}

}  // namespace tinyml::ops
