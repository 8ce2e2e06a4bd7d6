// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/wavelet_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "tinyml/base/error.h"

namespace tinyml::ops {
namespace {

using testing::HasSubstr;

/// Of tools/golden_wavelets.py.
struct GoldenFilters {
  std::string family;
  std::vector<double> analysis_low, synthesis_low;
};

std::vector<double> next_numbers(std::istream& in) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<double> numbers;
  for (double number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

std::vector<GoldenFilters> golden_filters() {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/dsp/golden/wavelets.txt");
  std::vector<GoldenFilters> all;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("filters ")) continue;
    GoldenFilters& golden = all.emplace_back();
    golden.family = line.substr(8);
    golden.analysis_low = next_numbers(in);
    golden.synthesis_low = next_numbers(in);
  }
  return all;
}

double sum_of(const std::vector<double>& taps) {
  double sum = 0;
  for (const double tap : taps) sum += tap;
  return sum;
}

TEST(WaveletFilters, AgreeWithPyWavelets) {
  const std::vector<GoldenFilters> all = golden_filters();
  std::vector<std::string> families;
  for (const GoldenFilters& golden : all) {
    families.push_back(golden.family);
    const FilterBank bank = wavelet_filters(golden.family);
    ASSERT_EQ(bank.analysis_low.size(), golden.analysis_low.size()) << golden.family;
    ASSERT_EQ(bank.synthesis_low.size(), golden.synthesis_low.size()) << golden.family;
    for (size_t i = 0; i < golden.analysis_low.size(); ++i) {
      const double sign = i % 2 ? -1 : 1;
      EXPECT_NEAR(bank.analysis_low[i], golden.analysis_low[i], 1e-10) << golden.family;
      EXPECT_NEAR(bank.synthesis_low[i], golden.synthesis_low[i], 1e-10) << golden.family;
      EXPECT_NEAR(bank.analysis_high[i], -sign * golden.synthesis_low[i], 1e-10) << golden.family;
      EXPECT_NEAR(bank.synthesis_high[i], sign * golden.analysis_low[i], 1e-10) << golden.family;
    }
  }
  EXPECT_EQ(families, wavelet_families());
}

TEST(WaveletFilters, ReconstructAnImpulse) {
  for (const std::string& family : wavelet_families()) {
    const FilterBank bank = wavelet_filters(family);
    const auto taps = static_cast<int>(bank.analysis_low.size());
    EXPECT_NEAR(sum_of(bank.analysis_low), std::numbers::sqrt2, 1e-12) << family;
    EXPECT_NEAR(sum_of(bank.analysis_high), 0, 1e-12) << family;
    const auto at = [&](const std::vector<double>& filter, int i) {
      return i < 0 || i >= taps ? 0.0 : filter[static_cast<size_t>(i)];
    };
    for (int impulse = 0; impulse < 2; ++impulse) {
      for (int n = -taps; n <= taps; ++n) {
        double value = 0;
        for (int o = -2 * taps; o <= 2 * taps; ++o) {
          value += at(bank.analysis_low, 2 * o - impulse) * at(bank.synthesis_low, n + taps - 1 - 2 * o) +
                   at(bank.analysis_high, 2 * o - impulse) * at(bank.synthesis_high, n + taps - 1 - 2 * o);
        }
        EXPECT_NEAR(value, n == impulse ? 1 : 0, 1e-11) << family << " " << n;
      }
    }
  }
}

TEST(WaveletFilters, AnUnknownNameGetsTheNearest) {
  for (const char* name : {"db0", "db21", "Haar", "bior2.3", "", "sym1"}) {
    try {
      wavelet_filters(name);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr(std::string("no wavelet \"") + name + "\"; the nearest are "));
    }
  }
}

}  // namespace
}  // namespace tinyml::ops
