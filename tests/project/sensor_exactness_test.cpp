// SPDX-License-Identifier: Apache-2.0
// Trained sensor models, every engine, the same bytes: the host int8 engine, the generated C++ on the host
// and on emulated cores from raw int16 samples, and TensorFlow Lite Micro on the exported file.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/program.h"
#include "tinyml/project/sensors/sensor_classifier.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

/// Six machines that run, idle or stutter: two axes, sines, noise, impulses.
std::vector<data::SensorRecording> machines() {
  std::vector<data::SensorRecording> recordings;
  const char* const labels[] = {"idle", "run", "stutter"};
  for (int i = 0; i < 18; ++i) {
    Random random = Random(3).fork(static_cast<uint64_t>(i));
    data::SensorRecording recording;
    recording.label = labels[i % 3];
    recording.group = "machine" + std::to_string(i / 3);
    recording.rate_hz = 100;
    recording.channels = {{"x", "g"}, {"y", "g"}};
    const double speed = random.uniform(0.3, 0.5), size = random.uniform(0.5, 2);
    for (int n = 0; n < 512; ++n) {
      const double on = i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : (n / 16) % 2;
      recording.values.push_back(static_cast<float>(on * size * std::sin(speed * n) + 0.1 * random.normal()));
      recording.values.push_back(
          static_cast<float>(1 + on * size * std::cos(speed * n) + 0.1 * random.normal()));
    }
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

struct Kind {
  project::SensorFeatureKind features;
  const char* architecture;
};

class SensorExactness : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    project::SensorConfig config;
    config.data.window_samples = 64;
    config.features.kind = GetParam().features;
    config.features.fft_size = 32;
    config.model.architecture = GetParam().architecture;
    config.training.epochs = 5;
    config.training.copies = 2;
    classifier = std::make_unique<SensorClassifier>(config);
    classifier->train(classifier->dataset_of(machines()));
    const project::SensorFeatures extractor(classifier->model().front_end);
    const data::SensorDataset dataset = classifier->dataset_of(machines());
    for (const data::SensorRecording& recording : dataset.recordings) {
      if (recording.split == data::Split::train) continue;
      windows.push_back(extractor.to_counts(recording.rows(0, 64)));
      features.push_back(extractor.extract(recording.rows(0, 64)));
    }
    run::Engine engine(classifier->model().nets.int8_net);
    for (const auto& input : features) expected.push_back(engine.run(input));
    ASSERT_FALSE(expected.empty());
  }

  std::unique_ptr<SensorClassifier> classifier;
  std::vector<std::vector<int16_t>> windows;
  std::vector<std::vector<int8_t>> features, expected;
};

TEST_P(SensorExactness, SavedProjectsAnswerTheSame) {
  const TemporaryFolder folder;
  classifier->save(folder.path());
  const SensorClassifier again = SensorClassifier::load(folder.path());
  EXPECT_EQ(to_json(again.model().front_end), to_json(classifier->model().front_end));
  EXPECT_EQ(again.summary(), classifier->summary());
  const std::vector<float> recording = machines().front().values;
  EXPECT_EQ(again.predict(recording).scores, classifier->predict(recording).scores);
  const project::Program program = project::load_program(folder.path());
  EXPECT_EQ(formats::write_tflite(program.net), formats::write_tflite(again.model().nets.int8_net));
  run::Engine engine(program.net);
  for (size_t i = 0; i < features.size(); ++i) ASSERT_EQ(engine.run(features[i]), expected[i]);
}

TEST_P(SensorExactness, TensorFlowLiteMicro) {
  if (const std::string why = oracle::missing("tflite_micro"); !why.empty()) {
    ASSERT_FALSE(oracle::required()) << why;
    GTEST_SKIP() << "skipped: " << why;
  }
  std::vector<oracle::Call> calls;
  for (const auto& input : features) calls.emplace_back(input.begin(), input.end());
  const auto outputs =
      oracle::run_tflite_micro(formats::write_tflite(classifier->model().nets.int8_net), calls);
  ASSERT_EQ(outputs.size(), expected.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    ASSERT_EQ(outputs[i], oracle::Call(expected[i].begin(), expected[i].end())) << "window " << i;
  }
}

TEST_P(SensorExactness, GeneratedProgramsFromSamplesToScores) {
  for (const char* tool :
       {"arm-none-eabi-g++", "qemu-system-arm", "xtensa-lx106-elf-g++", "qemu-system-xtensa"}) {
    if (find_program(tool)) continue;
    ASSERT_FALSE(oracle::required()) << tool << " is not installed";
    GTEST_SKIP() << "skipped: " << tool << " is not installed";
  }
  for (const project::Agreement& agreement : classifier->compare(
           {Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6})) {
    EXPECT_GT(agreement.clips, 0);
    EXPECT_EQ(agreement.equal, agreement.clips) << agreement.engine;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SensorExactness,
                         testing::Values(Kind{project::SensorFeatureKind::raw, "cnn_1d"},
                                         Kind{project::SensorFeatureKind::raw, "lstm"},
                                         Kind{project::SensorFeatureKind::raw, "gru"},
                                         Kind{project::SensorFeatureKind::raw, "conv_lstm"},
                                         Kind{project::SensorFeatureKind::flatten, "dense"},
                                         Kind{project::SensorFeatureKind::spectral, "dense"},
                                         Kind{project::SensorFeatureKind::wavelet, "dense"}),
                         [](const auto& info) {
                           return std::string(name_of(info.param.features)) + "_" + info.param.architecture;
                         });

TEST(SensorClassifier, AnswersAStrideAtATime) {
  project::SensorConfig config;
  config.data.window_samples = 64;
  config.training.epochs = 10;
  config.training.copies = 2;
  SensorClassifier classifier(config);
  EXPECT_THROW(classifier.predict(machines().front().values), Error);
  classifier.train(classifier.dataset_of(machines()));
  const auto answers = classifier.predict_stream(machines().front().values, 2);
  ASSERT_EQ(answers.size(), 15u);
  EXPECT_DOUBLE_EQ(answers[3].begin_s, 0.96);
  EXPECT_DOUBLE_EQ(answers[3].end_s, 1.6);
  EXPECT_THROW(classifier.predict(std::vector<float>(126)), Error);
  EXPECT_THROW(classifier.predict(std::vector<float>(257)), Error);
  EXPECT_THROW(classifier.predict(std::vector<float>(256, NAN)), Error);
  EXPECT_GT(classifier.evaluate().float32.accuracy(), 0.5);
}

}  // namespace
}  // namespace tinyml
