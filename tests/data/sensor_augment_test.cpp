// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_augment.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tinyml::data {
namespace {

constexpr size_t kLength = 64;

/// Gravity with a sine on it, and a temperature that hardly changes.
SensorRecording recording() {
  SensorRecording made;
  made.channels = {{"az", "m/s2"}, {"temperature", "Celsius"}};
  for (size_t i = 0; i < 2 * kLength; ++i) {
    made.values.push_back(static_cast<float>(9.81 + std::sin(static_cast<double>(i) / 4)));
    made.values.push_back(static_cast<float>(21 + 0.01 * static_cast<double>(i % 3)));
  }
  return made;
}

std::vector<float> augmented(const SensorAugment& options, uint64_t seed) {
  const std::vector<int32_t> sensors{1, 1};
  const std::vector<float> mean{9.81f, 21.01f}, deviation{0.7f, 0.008f};
  Random random(seed);
  return augment_window(recording(), 10, kLength, sensors, mean, deviation, options, random);
}

TEST(SensorAugment, ScalesAboutTheMean) {
  for (uint64_t seed = 1; seed < 20; ++seed) {
    const std::vector<float> values = augmented({0, 0.5, 0, 0, 0, 0, 0}, seed);
    for (size_t i = 1; i < values.size(); i += 2) EXPECT_NEAR(values[i], 21.01f, 0.016f);
  }
}

TEST(SensorAugment, OffsetsMoveAChannelAsAWhole) {
  const std::vector<float> plain = augmented({0, 0, 0, 0, 0, 0, 0}, 1);
  float most = 0;
  for (uint64_t seed = 1; seed < 20; ++seed) {
    const std::vector<float> moved = augmented({0, 0, 0, 0, 0, 2, 0}, seed);
    for (size_t c = 0; c < 2; ++c) {
      const float by = moved[c] - plain[c];
      for (size_t i = c; i < moved.size(); i += 2) EXPECT_NEAR(moved[i] - plain[i], by, 1e-5f);
    }
    most = std::max(most, std::abs(moved[0] - plain[0]));
  }
  EXPECT_GT(most, 0.7f);
  EXPECT_LE(most, 1.4f);
}

TEST(SensorAugment, NothingOnIsTheWindowItself) {
  const std::vector<float> plain = augmented({0, 0, 0, 0, 0, 0, 0}, 3);
  const SensorRecording source = recording();
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_FLOAT_EQ(plain[i], source.values[20 + i]);
}

}  // namespace
}  // namespace tinyml::data
