// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tinyml/base/error.h"
#include "tinyml/base/random.h"

namespace tinyml::project {
namespace {

/// Windows of [64, 3]: gravity and noise, slow sines of many sizes, a humidity around 40.
std::vector<std::vector<float>> made_windows(size_t count = 60) {
  std::vector<std::vector<float>> windows;
  Random random(5);
  for (size_t w = 0; w < count; ++w) {
    std::vector<float> values;
    const double size = random.uniform(0.1, 5), turn = random.uniform(0.2, 0.8), phase = random.uniform(0, 6);
    for (int i = 0; i < 64; ++i) {
      values.push_back(static_cast<float>(9.81 + 0.3 * random.normal()));
      values.push_back(static_cast<float>(size * std::sin(turn * i + phase) + 0.01 * random.normal()));
      values.push_back(static_cast<float>(40 + random.normal()));
    }
    windows.push_back(std::move(values));
  }
  return windows;
}

const std::vector<data::Channel> kChannels{{"z", "m/s2"}, {"gx", "rad/s"}, {"humidity", "%"}};

SensorConfig config_of(SensorFeatureKind kind) {
  SensorConfig config;
  config.data.window_samples = 64;
  config.features.kind = kind;
  return config;
}

SensorFrontEnd fitted(const SensorConfig& config, const std::vector<std::vector<float>>& windows) {
  ThreadPool pool(2);
  return fit_front_end(config, kChannels, 50, {windows.begin(), windows.end()}, pool);
}

std::string error_of(const SensorConfig& config, const std::vector<std::vector<float>>& windows) {
  try {
    fitted(config, windows);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SensorFeatures, EveryFeatureFillsInt8) {
  const auto windows = made_windows();
  for (const auto kind : {SensorFeatureKind::raw, SensorFeatureKind::flatten, SensorFeatureKind::spectral,
                          SensorFeatureKind::wavelet}) {
    SCOPED_TRACE(name_of(kind));
    const SensorFeatures features(fitted(config_of(kind), windows));
    const auto row = static_cast<size_t>(features.shape().at(2));
    std::vector<double> sum(row), squares(row);
    double count = 0;
    for (const auto& window : windows) {
      const std::vector<int8_t> values = features.extract(window);
      for (size_t i = 0; i < values.size(); ++i) {
        sum[i % row] += values[i];
        squares[i % row] += values[i] * values[i];
      }
      count += static_cast<double>(values.size() / row);
    }
    for (size_t i = 0; i < row; ++i) {
      const double mean = sum[i] / count, deviation = std::sqrt(squares[i] / count - mean * mean);
      // Counts of crossings are centred to a whole count, half a deviation here. What lies beyond four
      // deviations saturates, so features of long tails spread less.
      EXPECT_NEAR(mean, 0, 16) << "feature " << i;
      EXPECT_LT(deviation, 34) << "feature " << i;
      EXPECT_GT(deviation, 20) << "feature " << i;
    }
  }
}

TEST(SensorFeatures, UnitsComeFromTheRangeOrTheReadings) {
  SensorConfig config = config_of(SensorFeatureKind::raw);
  config.data.sensors = {{"imu", 2, 0, "", 0}, {"humidity", 1, 0, "%", 100}};
  const auto windows = made_windows();
  float largest = 0;
  for (const auto& window : windows) {
    for (size_t i = 0; i < window.size(); ++i) {
      if (i % 3 != 2) largest = std::max(largest, std::abs(window[i]));
    }
  }
  const SensorFrontEnd front_end = fitted(config, windows);
  const std::vector<float>& unit = front_end.frame().unit;
  EXPECT_EQ(unit[0], unit[1]);
  EXPECT_FLOAT_EQ(unit[0], 2 * largest / 32767);
  EXPECT_FLOAT_EQ(unit[2], 100.0f / 32767);
  const SensorFeatures features(front_end);
  const std::vector<float> beyond{1e9f, -1e9f, 50};
  EXPECT_EQ(features.to_counts(beyond), (std::vector<int16_t>{32767, -32768, 16384}));
}

TEST(SensorFeatures, SurviveTheirText) {
  for (const auto kind : {SensorFeatureKind::raw, SensorFeatureKind::flatten, SensorFeatureKind::spectral,
                          SensorFeatureKind::wavelet}) {
    const SensorFrontEnd front_end = fitted(config_of(kind), made_windows());
    const SensorFrontEnd read = parse_front_end(to_json(front_end));
    EXPECT_EQ(to_json(read), to_json(front_end));
    EXPECT_EQ(read.frame().unit, front_end.frame().unit);
  }
  EXPECT_THROW(parse_front_end("{}"), Error);
  EXPECT_THROW(parse_front_end("[1"), Error);
}

TEST(SensorFeatures, BadReadingsAreNamed) {
  auto windows = made_windows();
  for (auto& window : windows) {
    for (size_t i = 1; i < window.size(); i += 3) window[i] = 7;
  }
  EXPECT_NE(error_of(config_of(SensorFeatureKind::raw), windows).find("channel \"gx\" is always 7"),
            std::string::npos);
  windows = made_windows();
  windows[3][5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(error_of(config_of(SensorFeatureKind::raw), windows).find("\"humidity\""), std::string::npos);
  SensorConfig config = config_of(SensorFeatureKind::raw);
  config.data.sensors = {known_sensor("accelerometer"), known_sensor("gyroscope")};
  EXPECT_NE(error_of(config, made_windows()).find("3 channels (z, gx, humidity), the sensors have 6"),
            std::string::npos);
  EXPECT_NE(error_of(config_of(SensorFeatureKind::raw), {}).find("no training window"), std::string::npos);
}

}  // namespace
}  // namespace tinyml::project
