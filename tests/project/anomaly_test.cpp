// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/project/anomaly_machine.h"
#include "tests/project/complaint.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/device/app/reading.h"
#include "tinyml/device/app/window_sum.h"
#include "tinyml/project/anomaly/anomaly_detector.h"

namespace tinyml {
namespace {

AnomalyConfig small(const std::string& method = "kmeans") {
  AnomalyConfig config;
  config.sensors = {{"accelerometer", 2, 0, "g", 0}, {"temperature", 1, 0, "Cel", 0}};
  config.context = {"speed"};
  config.method = method;
  config.window_size = 64;
  config.clusters = 6;
  config.epochs = 3;
  config.net.width = 12;
  return config;
}

std::string complaint_of(AnomalyConfig config) {
  return complaint([&] { AnomalyDetector detector(config); });
}

using testing::HasSubstr;

TEST(AnomalyConfig, ComplainsAboutEveryValue) {
  const auto with = [](auto change) {
    AnomalyConfig config = small();
    change(config);
    return complaint_of(config);
  };
  for (const double threshold : {-0.1, 1.1, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    EXPECT_THAT(with([&](auto& c) { c.threshold = threshold; }), HasSubstr("threshold is within 0 and 1"));
  }
  EXPECT_THAT(with([](auto& c) { c.sensors.clear(); }), HasSubstr("sensors is empty"));
  EXPECT_THAT(with([](auto& c) { c.window_size = 15; }), HasSubstr("window_size is within 16"));
  EXPECT_THAT(with([](auto& c) { c.hop = 65; }), HasSubstr("hop is within 1 and window_size (64)"));
  EXPECT_THAT(with([](auto& c) { c.smoothing = 0; }), HasSubstr("smoothing is within 1"));
  EXPECT_THAT(with([](auto& c) { c.held_out = NAN; }), HasSubstr("held_out is between 0 and 1"));
  EXPECT_THAT(with([](auto& c) { c.fft_size = 60; }), HasSubstr("fft_size is a power of two"));
  EXPECT_THAT(with([](auto& c) { c.clusters = 0; }), HasSubstr("clusters is within 1"));
  EXPECT_THAT(with([](auto& c) { c.shrinkage = NAN; }), HasSubstr("shrinkage is within 0 and 1"));
  EXPECT_THAT(with([](auto& c) { c.method = "magic"; }), HasSubstr("unknown method \"magic\""));
  EXPECT_THAT(with([](auto& c) { c.context = {"fan speed"}; }), HasSubstr("cannot name a C++ parameter"));
  EXPECT_THAT(with([](auto& c) { c.context = {"speed", "speed"}; }), HasSubstr("named twice"));
  EXPECT_THAT(with([](auto& c) { c.context = {"samples"}; }), HasSubstr("named twice"));
  EXPECT_THAT(with([](auto& c) { c.board = "nano33"; }), HasSubstr("nano33"));
  EXPECT_THAT(with([](auto& c) { c.sensors[0].channels = 0; }), HasSubstr("accelerometer"));
}

TEST(AnomalyConfig, SurvivesItsFile) {
  AnomalyConfig config = small("gmm");
  config.threshold = 0.25;
  config.model_size_kb = 12.5;
  config.data.path = "recordings \"of\" a fan";
  config.data.csv.channels = {"x", "y"};
  config.data.csv.backward_clock = data::BackwardClock::drop;
  config.data.fuse = true;
  const TemporaryFolder folder;
  write_text(folder.path() / "tinyml.toml", project::to_toml(config));
  EXPECT_EQ(project::to_toml(project::read_anomaly_config(folder.path() / "tinyml.toml")),
            project::to_toml(config));
  EXPECT_TRUE(project::load_options(project::read_anomaly_config(folder.path() / "tinyml.toml")).fuse);
  write_text(folder.path() / "tinyml.toml", project::to_toml(config) + "colour = 1\n");
  EXPECT_THROW(project::read_anomaly_config(folder.path() / "tinyml.toml"), Error);
}

TEST(AnomalyDetector, ComplainsAboutData) {
  AnomalyDetector detector(small());
  const auto trained_on = [&](data::SensorRecording recording) {
    return complaint([&] { detector.train({recording}); });
  };
  EXPECT_THAT(complaint([&] { detector.train(std::vector<data::SensorRecording>{}); }),
              HasSubstr("there is no recording"));
  EXPECT_THAT(trained_on(machine(2000, 1, false, false)),
              HasSubstr("has 3 channel(s) (x, y, temperature); 4 are wanted"));
  EXPECT_THAT(trained_on(machine(50, 1)), HasSubstr("the longest recording has 50 samples, a window 64"));
  EXPECT_THAT(trained_on(machine(100, 1)), HasSubstr("are the fewest"));
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    data::SensorRecording recording = machine(2000, 1);
    recording.values[4 * 77 + 1] = value;
    EXPECT_THAT(trained_on(recording), HasSubstr("sample 77 of channel \"y\" is not finite"));
  }
  for (const size_t channel : {0, 2, 3}) {
    data::SensorRecording recording = machine(2000, 1);
    for (size_t i = channel; i < recording.values.size(); i += 4) recording.values[i] = 5;
    const char* const names[] = {"accelerometer.x", "", "temperature", "speed"};
    EXPECT_THAT(trained_on(recording), testing::AllOf(HasSubstr(names[channel]), HasSubstr("is always 5")));
  }
  data::SensorRecording turns = machine(1600, 1);
  const data::SensorRecording worn = machine(400, 2, true);
  turns.values.insert(turns.values.end(), worn.values.begin(), worn.values.end());
  EXPECT_THAT(trained_on(turns), HasSubstr("unlike the rest"));
  EXPECT_FALSE(detector.trained());
  EXPECT_THAT(complaint([&] { detector.score({worn}); }), HasSubstr("not trained"));
  EXPECT_THAT(complaint([&] { detector.export_tflite_micro(); }), HasSubstr("not trained"));

  detector.train({machine(3000, 1)});
  const std::string before = detector.summary();
  EXPECT_THAT(complaint([&] { detector.calibrate({machine(2000, 2, true)}); }), HasSubstr("unlike"));
  EXPECT_THAT(trained_on(turns), HasSubstr("unlike the rest"));
  EXPECT_EQ(detector.summary(), before);
  EXPECT_THAT(complaint([&] { detector.score({machine(63, 1)}); }), HasSubstr("window 64"));
  EXPECT_THAT(complaint([&] { detector.export_to("arduina", "/nowhere"); }), HasSubstr("arduino"));
}

TEST(AnomalyDetector, TellsAndSaysWhy) {
  for (const char* method : {"mahalanobis", "kmeans", "gmm", "autoencoder", "lstm"}) {
    SCOPED_TRACE(method);
    AnomalyConfig config = small(method);
    config.smoothing = 4;
    AnomalyDetector detector(config);
    detector.train({machine(6000, 1)});
    const AnomalyEvaluation e = detector.evaluate({machine(2000, 2)}, {machine(2000, 3, true)});
    EXPECT_GT(e.int8.auc, 0.95);
    EXPECT_GE(e.smoothed.auc, e.int8.auc - 0.02);
    for (const AnomalyScore& score : e.anomalous) {
      const auto sum = [](const std::vector<double>& shares) {
        return std::accumulate(shares.begin(), shares.end(), 0.0);
      };
      EXPECT_EQ(score.sensors.size(), 2u);
      EXPECT_NEAR(sum(score.sensors), score.answer > -128 ? 1 : sum(score.sensors), 1e-9);
      if (method == std::string("lstm")) {
        EXPECT_EQ(score.times.size(), 63u);
      } else {
        EXPECT_LE(score.times.size(), 4u);
      }
      EXPECT_NEAR(sum(score.times), score.smoothed > 0 ? 1 : 0, 1e-9);
    }
  }
}

TEST(AnomalyDetector, BlamesTheSensorThatIsUnusual) {
  AnomalyDetector detector(small("mahalanobis"));
  detector.train({machine(6000, 1)});
  data::SensorRecording hot = machine(640, 2), loud = machine(640, 2);
  Random random(5);
  for (size_t i = 0; i < hot.values.size(); i += 4) {
    hot.values[i + 2] += 15;
    loud.values[i] += static_cast<float>(random.normal());
  }
  for (const AnomalyScore& score : detector.score({hot})) EXPECT_GT(score.sensors[1], 0.7);
  for (const AnomalyScore& score : detector.score({loud})) EXPECT_GT(score.sensors[0], 0.7);
}

TEST(AnomalyDetector, SaysWhenAForecastFailed) {
  AnomalyDetector detector(small("lstm"));
  detector.train({machine(4000, 1)});
  data::SensorRecording knocked = machine(64, 2);
  for (size_t t = 40; t < 44; ++t) knocked.values[4 * t] += 2;
  const AnomalyScore score = detector.score({knocked}).at(0);
  const auto worst = std::max_element(score.times.begin(), score.times.end()) - score.times.begin();
  EXPECT_GE(worst, 38);  // of the steps from the second on
  EXPECT_LE(worst, 44);
}

TEST(AnomalyDetector, ASlowDriftOfAVibrationsZeroDoesNotCount) {
  AnomalyDetector detector(small("mahalanobis"));
  detector.train({machine(6000, 1)});
  data::SensorRecording drifted = machine(2000, 2);
  for (size_t i = 0; i < drifted.values.size(); i += 4) drifted.values[i] += 0.5f;
  const AnomalyEvaluation e = detector.evaluate({drifted}, {});
  EXPECT_LE(e.int8.false_alarms, e.int8.normal / 10);
}

TEST(AnomalyDetector, SmoothedAlarmsAreThoseOfTheScores) {
  AnomalyConfig config = small();
  config.smoothing = 5;
  for (const double threshold : {0.1404, 0.2557, 0.3, 0.5}) {
    config.threshold = threshold;
    AnomalyDetector detector(config);
    detector.train({machine(3000, 1)});
    const AnomalyEvaluation e = detector.evaluate({machine(4000, 2)}, {machine(2000, 3, true)});
    const auto alarms = [](const std::vector<AnomalyScore>& scores) {
      return std::count_if(scores.begin(), scores.end(), [](const AnomalyScore& s) { return s.anomalous; });
    };
    EXPECT_EQ(e.smoothed.false_alarms, alarms(e.normal)) << threshold;
    EXPECT_EQ(std::lround(e.smoothed.recall * static_cast<double>(e.anomalous.size())), alarms(e.anomalous));
  }
}

TEST(AnomalyDetector, ACalibrationOutlivesTheSearchForASize) {
  AnomalyDetector detector(small());
  detector.train({machine(3000, 1)});
  detector.evaluate({machine(2000, 2)}, {machine(1000, 3, true)});
  detector.calibrate({machine(4000, 5)});
  EXPECT_THAT(detector.summary(), HasSubstr("calibrated on 493"));
  detector.export_tflite_micro("int8", 10.4);
  EXPECT_THAT(detector.summary(), HasSubstr("gave up"));
  EXPECT_THAT(detector.summary(), HasSubstr("calibrated on 493"));
  // What was evaluated was another detector.
  EXPECT_THAT(complaint([&] { detector.evaluate(std::filesystem::path()); }), HasSubstr("name data"));
}

TEST(AnomalyDetector, NothingFitsInNothing) {
  AnomalyDetector detector(small());
  detector.train({machine(3000, 1)});
  for (const double kb : {0.0001, 0.0005, 0.5}) {
    EXPECT_THAT(complaint([&] { detector.export_tflite_micro("int8", kb); }),
                HasSubstr("the smallest takes"));
  }
}

TEST(AnomalyDetector, ASpoiledExampleIsRefused) {
  AnomalyDetector detector(small());
  detector.train({machine(3000, 1)});
  const TemporaryFolder folder;
  detector.save(folder.path());
  write_text(folder.path() / "model" / "example.csv", "x\n1\n2\n");
  try {
    AnomalyDetector::load(folder.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("example.csv does not fit"));
  }
}

struct Limited {
  const char* method;
  double kb;
};
class ModelSize : public testing::TestWithParam<Limited> {};

TEST_P(ModelSize, BoundsFileAndFlashAndSaysWhatWasGivenUp) {
  if (!find_program("arm-none-eabi-g++")) GTEST_SKIP() << "skipped: arm-none-eabi-g++ is not installed";
  AnomalyConfig config = small(GetParam().method);
  config.net.depth = 2;
  AnomalyDetector detector(config);
  detector.train({machine(3000, 1)});
  const std::string large = detector.summary();
  const Model model = detector.export_tflite_micro("int8", GetParam().kb);
  const AnomalyFit& fit = detector.fit();
  const double most = GetParam().kb * 1024;
  EXPECT_LE(static_cast<double>(model.bytes().size()), most);
  EXPECT_EQ(fit.tflite_bytes, static_cast<int64_t>(model.bytes().size()));
  EXPECT_TRUE(fit.flash_measured);
  EXPECT_LE(static_cast<double>(fit.flash_bytes), most);
  EXPECT_GT(fit.flash_bytes, 256);
  EXPECT_FALSE(fit.given_up.empty());
  EXPECT_THAT(detector.summary(), testing::AllOf(HasSubstr(fit.chosen), HasSubstr(fit.given_up)));
  EXPECT_EQ(detector.config().model_size_kb, GetParam().kb);

  const std::string none = complaint([&] { detector.export_tflite_micro("int8", 0.5); });
  EXPECT_THAT(none, HasSubstr("fits in 0.5 KB: the smallest takes "));
  const double smallest = std::stod(none.substr(none.find("takes ") + 6));
  EXPECT_NO_THROW(detector.export_tflite_micro("int8", smallest));

  const TemporaryFolder folder;
  detector.save(folder.path());
  AnomalyDetector loaded = AnomalyDetector::load(folder.path());
  EXPECT_EQ(loaded.summary(), detector.summary());
  EXPECT_THAT(complaint([&] { loaded.export_tflite_micro("int8", 0.5); }), HasSubstr("train it"));
}
INSTANTIATE_TEST_SUITE_P(Methods, ModelSize,
                         testing::Values(Limited{"mahalanobis", 12}, Limited{"kmeans", 12},
                                         Limited{"autoencoder", 14}),
                         [](const auto& info) { return std::string(info.param.method); });

TEST(ModelSize, ComplainsAboutWhatIsNoLimit) {
  AnomalyDetector detector(small());
  detector.train({machine(3000, 1)});
  for (const double limit : {0.0, -1.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    EXPECT_THAT(complaint([&] { detector.export_tflite_micro("int8", limit); }),
                HasSubstr("model_size_kb is above 0"));
  }
  EXPECT_THAT(complaint([&] { detector.export_tflite_micro("int4", 20); }), HasSubstr("int8 or float32"));
}

TEST(AnomalyDetector, LearnsFromWhatIsLabelledNormal) {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const data::SensorRecording& recording) {
    std::string csv = "x,y,temperature,speed";
    for (size_t i = 0; i < recording.values.size(); ++i) {
      csv += (i % 4 ? "," : "\n") + std::to_string(recording.values[i]);
    }
    write_text(folder.path() / name, csv + "\n");
  };
  write("worn/1.csv", machine(1000, 3, true));
  AnomalyDetector detector(small());
  EXPECT_THAT(complaint([&] { detector.train(folder.path()); }),
              testing::AllOf(HasSubstr("worn"), HasSubstr("\"normal\"")));
  write("normal/1.csv", machine(3000, 1));
  detector.train(folder.path());
  const AnomalyEvaluation own = detector.evaluate(std::filesystem::path());
  EXPECT_GT(own.int8.normal, 10);
  EXPECT_GT(own.int8.anomalous, 25);
  EXPECT_GT(own.int8.auc, 0.95);
}

TEST(Readings, RoundToTheNearestCount) {
  EXPECT_EQ(device::to_count(0.26f, 0.5f), 1);
  EXPECT_EQ(device::to_count(-0.26f, 0.5f), -1);
  EXPECT_EQ(device::to_count(1e9f, 0.5f), 32767);
  EXPECT_EQ(device::to_count(-1e9f, 0.5f), -32768);
  EXPECT_EQ(device::to_count(NAN, 0.5f), -32768);
  EXPECT_EQ(device::to_context(10, 10, 2), 0);
  EXPECT_EQ(device::to_context(13, 10, 2), 2);
  EXPECT_EQ(device::to_context(1e9f, 10, 2), 127);
}

TEST(WindowSum, IsThatOfTheNewestReadings) {
  device::WindowSum<5> sum;
  const int16_t values[] = {1, -1, 2, -1, 3, -1, 4, -1, 5, -1, 6, -1, 7, -1};
  sum.add(values, 4, 2);
  EXPECT_EQ(sum.sum(), 10);
  sum.add(values + 8, 3, 2);
  EXPECT_EQ(sum.sum(), 3 + 4 + 5 + 6 + 7);
  sum.reset();
  EXPECT_EQ(sum.sum(), 0);
}

}  // namespace
}  // namespace tinyml
