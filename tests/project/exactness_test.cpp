// SPDX-License-Identifier: Apache-2.0
// One trained model, every engine, the same bytes: the host int8 engine with the kernels of each core, the
// generated C++ on emulated cores from raw samples, and TensorFlow Lite Micro on the exported file.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "tests/oracle/oracle.h"
#include "tinyml/data/window.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/audio/audio_classifier.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

/// The recordings of TINYML_SHARED, or of the folder beside the sources; empty where there are none.
std::filesystem::path recordings() {
  const char* named = std::getenv("TINYML_SHARED");
  const std::filesystem::path shared = named ? named : TINYML_SOURCE_DIR "/../shared";
  const auto folder = shared / "data" / "kws-speech-commands";
  return std::filesystem::exists(folder / "labels.csv") ? folder : std::filesystem::path();
}

/// Chirps that go up, down, or neither: a data set that needs no file.
std::vector<data::Recording> chirps() {
  std::vector<data::Recording> clips;
  for (int i = 0; i < 90; ++i) {
    Random random = Random(8).fork(static_cast<uint64_t>(i));
    const char* const names[] = {"up", "down", "flat"};
    const double slope = i % 3 == 0 ? 1500 : i % 3 == 1 ? -1500 : 0;
    const double start = random.uniform(1200, 2000), loud = random.uniform(500, 9000);
    data::Recording clip;
    clip.label = clip.word = names[i % 3];
    double phase = 0;
    for (int n = 0; n < 12000; ++n) {
      phase += 2 * M_PI * (start + slope * n / 12000) / 16000;
      clip.samples.push_back(static_cast<int16_t>(loud * std::sin(phase) + 60 * random.normal()));
    }
    clips.push_back(std::move(clip));
  }
  return clips;
}

class Exactness : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    project::AudioConfig config;
    config.training.epochs = 6;
    config.training.copies = 2;
    const std::filesystem::path real = recordings();
    if (real.empty()) {
      config.data.task = project::Task::sound_classification;
    } else {
      config.data.keywords = {"yes", "no", "stop", "go"};
    }
    classifier = new AudioClassifier(config);
    data::LoadOptions load;
    load.keywords = config.data.keywords;
    load.unknown_and_silence = !real.empty();
    dataset =
        new data::Dataset(real.empty() ? classifier->dataset_of(chirps()) : data::load_dataset(real, load));
    classifier->train(*dataset);
    const project::FeatureExtractor extractor(config);
    for (const size_t i : data::recordings_in(*dataset, data::Split::test)) {
      features.push_back(extractor.extract_clip(dataset->recordings[i].samples));
    }
    run::Engine engine(classifier->model().int8_net);
    for (const auto& input : features) expected.push_back(engine.run(input));
  }
  static void TearDownTestSuite() {
    delete classifier;
    delete dataset;
  }

  static inline AudioClassifier* classifier = nullptr;
  static inline data::Dataset* dataset = nullptr;
  static inline std::vector<std::vector<int8_t>> features, expected;
};

TEST_F(Exactness, KernelsOfEveryCoreOnTheHost) {
  ASSERT_FALSE(features.empty());
  for (const Core core : {Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6}) {
    run::Engine engine(classifier->model().int8_net, {core, Mode::balanced});
    for (size_t i = 0; i < features.size(); ++i)
      ASSERT_EQ(engine.run(features[i]), expected[i]) << name_of(core) << " clip " << i;
  }
}

TEST_F(Exactness, ExportedFileOnTheHost) {
  const Graph read = formats::read_tflite(formats::write_tflite(classifier->model().int8_net));
  run::Engine engine(read);
  for (size_t i = 0; i < features.size(); ++i)
    ASSERT_EQ(engine.run(features[i]), expected[i]) << "clip " << i;
}

TEST_F(Exactness, TensorFlowLiteMicro) {
  if (const std::string why = oracle::missing("tflite_micro"); !why.empty()) {
    ASSERT_FALSE(oracle::required()) << why;
    GTEST_SKIP() << "skipped: " << why;
  }
  std::vector<oracle::Call> calls;
  for (const auto& input : features) calls.emplace_back(input.begin(), input.end());
  const auto outputs = oracle::run_tflite_micro(formats::write_tflite(classifier->model().int8_net), calls);
  ASSERT_EQ(outputs.size(), expected.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    ASSERT_EQ(outputs[i], oracle::Call(expected[i].begin(), expected[i].end())) << "clip " << i;
  }
}

TEST_F(Exactness, GeneratedProgramOnTheHostFromSamplesToScores) {
  const std::vector<project::Agreement> agreements = classifier->compare({Core::host});
  ASSERT_EQ(agreements.size(), 1u);
  EXPECT_EQ(agreements[0].engine, "generated C++ on the host");
  EXPECT_EQ(agreements[0].equal, agreements[0].clips);
  EXPECT_EQ(agreements[0].clips, static_cast<int64_t>(features.size()));
}

TEST_F(Exactness, GeneratedProgramsFromSamplesToScores) {
  for (const char* tool :
       {"arm-none-eabi-g++", "qemu-system-arm", "xtensa-lx106-elf-g++", "qemu-system-xtensa"}) {
    if (find_program(tool)) continue;
    ASSERT_FALSE(oracle::required()) << tool << " is not installed";
    GTEST_SKIP() << "skipped: " << tool << " is not installed";
  }
  for (const project::Agreement& agreement :
       classifier->compare({Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6})) {
    EXPECT_EQ(agreement.equal, agreement.clips) << agreement.engine;
    EXPECT_EQ(agreement.clips, static_cast<int64_t>(features.size()));
  }
}

}  // namespace
}  // namespace tinyml
