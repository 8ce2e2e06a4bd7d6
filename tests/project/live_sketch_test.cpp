// SPDX-License-Identifier: Apache-2.0
// The sketches of sensor projects that sample, built by arduino-builder and run in QEMU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/firmware/sketch.h"
#include "tinyml/base/file.h"
#include "tinyml/base/random.h"
#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/sensors/sensor_classifier.h"

namespace tinyml {
namespace {
namespace fs = std::filesystem;

/// At 50 Hz, what a motion sensor reads that rests in "still" recordings and swings at 3 Hz in "swing".
data::SensorRecording recording(int channels, bool swings, uint64_t seed) {
  Random random(seed);
  data::SensorRecording made;
  made.label = swings ? "swing" : "still";
  made.rate_hz = 50;
  for (int c = 0; c < channels; ++c) made.channels.push_back({"c" + std::to_string(c), ""});
  for (int n = 0; n < 600; ++n) {
    for (int c = 0; c < channels; ++c) {
      made.values.push_back(static_cast<float>((swings ? std::sin(0.377 * n + c) : 0) + (c % 3 == 2 ? 1 : 0) +
                                               0.1 * random.normal()));
    }
  }
  return made;
}

firmware::ArduinoExport exported(const std::vector<fs::path>& written) {
  return {written.at(0), written.at(1)};
}

class LiveSketch : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = firmware::missing_sketch_tool();
    if (!missing.empty()) GTEST_SKIP() << "skipped: " << missing << " is not installed";
  }

  firmware::ArduinoExport classifier_of(std::vector<Sensor> sensors, int channels) const {
    project::SensorConfig config;
    config.data.sensors = std::move(sensors);
    config.data.window_samples = 50;
    config.training.epochs = 10;
    SensorClassifier classifier(config);
    std::vector<data::SensorRecording> recordings;
    for (uint64_t i = 0; i < 12; ++i) recordings.push_back(recording(channels, i % 2 == 0, i));
    classifier.train(classifier.dataset_of(recordings));
    return exported(classifier.export_to("arduino", folder.path() / "export"));
  }

  firmware::ArduinoExport detector_of(std::vector<Sensor> sensors, int channels, bool swings) const {
    AnomalyConfig config;
    config.sensors = std::move(sensors);
    config.window_size = 64;
    config.hop = 32;
    config.clusters = 2;
    AnomalyDetector detector(config);
    detector.train({recording(channels, swings, 1), recording(channels, swings, 2)});
    return exported(detector.export_to("arduino", folder.path() / "export"));
  }

  std::string printed_by(const firmware::ArduinoExport& made, const std::string& example) const {
    return firmware::run_in_qemu(
        firmware::build_sketch(made, made.folder.filename().string() + "_" + example, folder.path()));
  }

  TemporaryFolder folder;
};

const Sensor accelerometer{"accelerometer", 3, 0, "g", 0}, gyroscope{"gyroscope", 3, 0, "deg/s", 0},
    temperature{"temperature", 1, 0, "Cel", 0};

TEST_F(LiveSketch, ClassifierOfMotion) {
  const auto made = classifier_of({accelerometer}, 3);
  EXPECT_THAT(printed_by(made, "motion"), testing::MatchesRegex("swing [0-9]+ %\r\n"));
  EXPECT_THAT(read_text(made.folder / "README.md"), testing::HasSubstr("_motion` classifies what"));
}

TEST_F(LiveSketch, ClassifierOfAnalogInputs) {
  EXPECT_THAT(printed_by(classifier_of({temperature, {"light", 1, 0, "lx", 0}}, 2), "analog"),
              testing::MatchesRegex("((swing|still) [0-9]+ %\r\n)*"));
}

TEST_F(LiveSketch, DetectorOfMotion) {
  const std::string printed = printed_by(detector_of({accelerometer, gyroscope}, 6, false), "motion");
  EXPECT_THAT(printed, testing::MatchesRegex("([01]\\.[0-9]+ anomalous\r\n)+"));
}

TEST_F(LiveSketch, DetectorOfAnalogInputs) {
  EXPECT_THAT(printed_by(detector_of({temperature}, 1, true), "analog"),
              testing::MatchesRegex("([01]\\.[0-9]+ (anomalous|normal)\r\n)+"));
}

TEST_F(LiveSketch, NoneForGesturesOfAnyLength) {
  project::SensorConfig config;
  config.data.sensors = {accelerometer};
  config.data.window_samples = 50;
  config.data.fit = project::WindowFit::stretch;
  config.training.epochs = 1;
  SensorClassifier classifier(config);
  std::vector<data::SensorRecording> recordings;
  for (uint64_t i = 0; i < 12; ++i) recordings.push_back(recording(3, i % 2 == 0, i));
  classifier.train(classifier.dataset_of(recordings));
  const auto made = exported(classifier.export_to("arduino", folder.path() / "export"));
  EXPECT_EQ(std::distance(fs::directory_iterator(made.folder / "examples"), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace tinyml
