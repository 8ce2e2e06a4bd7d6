// SPDX-License-Identifier: Apache-2.0
// Anomaly detectors of every method, every engine, the same bytes: features, answers of the net, smoothed
// scores and alarms of the host, of the generated C++ on the host and on emulated cores, and the net in
// TensorFlow Lite Micro.
#include <gtest/gtest.h>

#include "tests/oracle/oracle.h"
#include "tests/project/anomaly_machine.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/program.h"

namespace tinyml {
namespace {

/// The cores that this machine can emulate; a new one is a line here.
const std::vector<Core> kCores{Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                               Core::xtensa_lx6};

std::string missing_tool() {
  for (const char* tool :
       {"arm-none-eabi-g++", "qemu-system-arm", "xtensa-lx106-elf-g++", "qemu-system-xtensa"}) {
    if (!find_program(tool)) return std::string(tool) + " is not installed";
  }
  return "";
}

struct Kind {
  const char* method;
  bool context;
  int32_t window = 64, hop = 0;
};

AnomalyConfig config_of(const Kind& kind) {
  AnomalyConfig config;
  config.sensors = {{"accelerometer", 2, 0, "g", 0}, {"temperature", 1, 0, "Cel", 0}};
  if (kind.context) config.context = {"speed"};
  config.method = kind.method;
  config.window_size = kind.window;
  config.hop = kind.hop;
  config.smoothing = 3;
  config.threshold = 0.7;
  config.clusters = 3;
  config.epochs = 3;
  config.net.width = 8;
  return config;
}

class AnomalyExactness : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    detector = std::make_unique<AnomalyDetector>(config_of(GetParam()));
    detector->train({machine(4000, 1, false, GetParam().context)});
    worn = machine(1000, 2, true, GetParam().context);
  }
  std::unique_ptr<AnomalyDetector> detector;
  data::SensorRecording worn;
};

TEST_P(AnomalyExactness, GeneratedProgramsFromSamplesToAlarms) {
  if (const std::string why = missing_tool(); !why.empty()) {
    ASSERT_FALSE(oracle::required()) << why;
    GTEST_SKIP() << "skipped: " << why;
  }
  const TemporaryFolder folder;
  std::string csv = GetParam().context ? "x,y,temperature,speed" : "x,y,temperature";
  for (size_t i = 0; i < worn.values.size(); ++i) {
    csv += (i % worn.channels.size() ? "," : "\n") + std::to_string(worn.values[i]);
  }
  write_text(folder.path() / "worn.csv", csv + "\n");
  for (const project::Agreement& agreement : detector->compare(kCores, folder.path() / "worn.csv")) {
    EXPECT_GT(agreement.clips, 10);
    EXPECT_EQ(agreement.equal, agreement.clips) << agreement.engine;
  }
}

TEST_P(AnomalyExactness, TensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const Graph& net = detector->int8_net();
  run::Engine engine(net);
  Random random(3);
  std::vector<oracle::Call> inputs, expected;
  for (int i = 0; i < 20; ++i) {
    std::vector<int8_t> input(static_cast<size_t>(net[net.inputs[0]].size_bytes()));
    for (int8_t& value : input) value = static_cast<int8_t>(random.below(i < 10 ? 256 : 60));
    const std::vector<int8_t> output = engine.run(input);
    inputs.emplace_back(input.begin(), input.end());
    expected.emplace_back(output.begin(), output.end());
  }
  EXPECT_EQ(oracle::run_tflite_micro(formats::write_tflite(net), inputs), expected);
}

TEST_P(AnomalyExactness, SavedProjectsScoreTheSame) {
  const TemporaryFolder folder;
  detector->save(folder.path());
  const AnomalyDetector again = AnomalyDetector::load(folder.path());
  EXPECT_EQ(again.summary(), detector->summary());
  const auto before = detector->score({worn}), after = again.score({worn});
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(before[i].answer, after[i].answer);
    ASSERT_EQ(before[i].smoothed, after[i].smoothed);
    ASSERT_EQ(before[i].sensors, after[i].sensors);
    ASSERT_EQ(before[i].times, after[i].times);
  }
  const project::Program program = project::load_program(folder.path());
  EXPECT_EQ(formats::write_tflite(program.net), formats::write_tflite(again.int8_net()));
  ASSERT_TRUE(program.facade);
  EXPECT_EQ(program.facade->name, "anomaly_score.h");
}

INSTANTIATE_TEST_SUITE_P(Methods, AnomalyExactness,
                         testing::Values(Kind{"mahalanobis", true}, Kind{"mahalanobis", false, 50, 20},
                                         Kind{"kmeans", false}, Kind{"kmeans", true}, Kind{"gmm", false},
                                         Kind{"autoencoder", true}, Kind{"autoencoder", false},
                                         Kind{"lstm", true, 20, 8}, Kind{"lstm", false, 16}),
                         [](const auto& info) {
                           return std::string(info.param.method) + (info.param.context ? "_context" : "") +
                                  "_" + std::to_string(info.param.window);
                         });

/// A net that gives back its input.
Graph echo(int32_t values) {
  Graph net;
  net.name = "echo";
  const Quantization quantization = project::sensor_feature_quantization();
  net.inputs = {net.add({"in", DType::int8, {1, 1, values, 1}, quantization, nullptr})};
  net.outputs = {net.add({"out", DType::int8, {1, values}, quantization, nullptr})};
  net.nodes = {{Reshape{{1, values}}, net.inputs, net.outputs}};
  return net;
}

TEST(AnomalyFeatures, AreTheSameOnEveryCore) {
  if (const std::string why = missing_tool(); !why.empty()) {
    ASSERT_FALSE(oracle::required()) << why;
    GTEST_SKIP() << "skipped: " << why;
  }
  const AnomalyConfig config = config_of({"kmeans", false});
  const data::SensorRecording normal = machine(2000, 1, false, false), worn = machine(640, 2, true, false);
  ThreadPool pool(1);
  std::vector<project::AnomalyWindow> windows;
  for (size_t begin = 0; begin + 64 <= normal.samples(); begin += 32)
    windows.push_back(normal.rows(begin, 64));
  const project::AnomalyRows rows(project::fit_anomaly_inputs(config, 100, windows, pool));
  const SensorFrame frame = rows.inputs().front_end.frame();
  const auto features = rows.shape()[2] - rows.inputs().extra_values();
  std::vector<std::vector<uint8_t>> inputs;
  std::vector<std::vector<int8_t>> expected;
  for (size_t begin = 0; begin + 64 <= worn.samples(); begin += 64) {
    const std::vector<int16_t> counts = rows.counts(worn.rows(begin, 64));
    inputs.emplace_back();
    project::append_push(inputs.back(), counts, {});
    std::vector<int8_t> row = rows.row(worn.rows(begin, 64));
    row.resize(static_cast<size_t>(features));
    expected.push_back(std::move(row));
  }
  ASSERT_EQ(frame.samples, 64);
  for (const Core core : kCores) {
    EXPECT_EQ(
        project::count_equal_on_core(echo(features), rows.inputs().front_end.op, core, inputs, expected),
        static_cast<int64_t>(inputs.size()))
        << name_of(core);
  }
}

}  // namespace
}  // namespace tinyml
