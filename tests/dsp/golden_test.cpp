// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/dsp/features.h"

namespace tinyml {
namespace {

/// One case of tools/golden_dsp.py.
struct Golden {
  std::string name;
  Mfe mfe;
  std::vector<int16_t> samples;
  std::vector<double> db, cepstrum;
};

template <class T>
std::vector<T> numbers_of(std::istream& in) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<T> values;
  for (T value; words >> value;) values.push_back(value);
  return values;
}

std::vector<Golden> golden_cases() {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/dsp/golden/mel.txt");
  std::vector<Golden> cases;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string keyword;
    if (!(words >> keyword) || keyword != "case") continue;
    Golden& golden = cases.emplace_back();
    Mfe& mfe = golden.mfe;
    words >> golden.name >> mfe.sample_rate_hz >> mfe.frame_samples >> mfe.hop_samples >> mfe.fft_size >>
        mfe.bands >> mfe.low_hz >> mfe.high_hz;
    golden.samples = numbers_of<int16_t>(in);
    golden.db = numbers_of<double>(in);
    golden.cepstrum = numbers_of<double>(in);
  }
  return cases;
}

TEST(Golden, FloatBandsAgreeWithScipy) {
  const std::vector<Golden> cases = golden_cases();
  ASSERT_EQ(cases.size(), 8u);
  for (const Golden& golden : cases) {
    const std::vector<float> db = float_features(golden.mfe, golden.samples);
    ASSERT_EQ(db.size(), golden.db.size()) << golden.name;
    for (size_t i = 0; i < db.size(); ++i) {
      EXPECT_NEAR(db[i], std::clamp(golden.db[i], -100.0, 0.0), golden.db[i] > -90 ? 1e-3 : 5e-3)
          << golden.name << " " << i;
    }
  }
}

TEST(Golden, FloatCepstraAgreeWithScipy) {
  for (const Golden& golden : golden_cases()) {
    const std::vector<float> cepstrum = float_features(Mfcc{golden.mfe, 10}, golden.samples);
    ASSERT_EQ(cepstrum.size(), golden.cepstrum.size()) << golden.name;
    for (size_t i = 0; i < cepstrum.size(); ++i) {
      EXPECT_NEAR(cepstrum[i], golden.cepstrum[i], 2e-3) << golden.name << " " << i;
    }
  }
}

TEST(Golden, FixedBandsAgreeWithScipyToOneCount) {
  for (const Golden& golden : golden_cases()) {
    const std::vector<int8_t> bands = fixed_features(golden.mfe, golden.samples);
    ASSERT_EQ(bands.size(), golden.db.size()) << golden.name;
    for (size_t i = 0; i < bands.size(); ++i) {
      const double exact = std::round(std::clamp(127 + golden.db[i] * 255 / 100, -128.0, 127.0));
      EXPECT_LE(std::abs(bands[i] - exact), golden.db[i] > -90 ? 1 : 2) << golden.name << " " << i;
    }
  }
}

TEST(Golden, FixedCepstraAgreeWithScipyToOneCount) {
  for (const Golden& golden : golden_cases()) {
    const Mfcc mfcc{golden.mfe, 10};
    const float scale = FeatureGraph(mfcc, golden.mfe.frame_samples).output().quantization.scale();
    const std::vector<int8_t> coefficients = fixed_features(mfcc, golden.samples);
    ASSERT_EQ(coefficients.size(), golden.cepstrum.size()) << golden.name;
    for (size_t i = 0; i < coefficients.size(); ++i) {
      EXPECT_LE(std::abs(coefficients[i] - std::round(golden.cepstrum[i] / scale)), 1)
          << golden.name << " " << i;
    }
  }
}

}  // namespace
}  // namespace tinyml
