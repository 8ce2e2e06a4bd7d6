// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/ops/front_end.h"

namespace tinyml::emulate {
namespace {

constexpr int32_t kFrames = 2;

struct Front {
  std::string name;
  Operator op;
};

std::vector<Front> fronts() {
  const SensorFrame motion{.channels = 3, .samples = 125, .hop = 25, .rate_hz = 62.5f, .unit = {1, 2, 0.5f}};
  const std::vector<float> raw_scale = {30, 50, 15}, spectral_scale(39, 0.05f);
  Spectral high{.frame = motion, .filter = FilterKind::high_pass, .order = 5, .scale = spectral_scale};
  Spectral linear{.frame = {.samples = 200, .hop = 200, .rate_hz = 1000}, .fft_size = 64};
  linear.filter = FilterKind::low_pass, linear.cutoff_hz = 200, linear.overlap = linear.log = false;
  return {{"raw", Raw{{.channels = 3}, {}, raw_scale}},
          {"flatten", FlattenStatistics{.frame = motion, .scale = std::vector<float>(21, 0.03f)}},
          {"spectral", Spectral{.frame = motion, .scale = spectral_scale}},
          {"spectral_high_pass", high},
          {"spectral_linear", linear}};
}

Graph graph_of(const Operator& op) {
  const ops::FrontEndFrame frame = ops::frame_of(op).value();
  Graph graph;
  Tensor samples;
  samples.dtype = DType::int16;
  samples.shape = {1, (kFrames - 1) * frame.hop_values + frame.frame_values};
  graph.inputs = {graph.add(samples)};
  graph.outputs = {graph.add(Tensor())};
  graph.nodes.push_back({op, graph.inputs, graph.outputs});
  ops::infer(graph);
  return graph;
}

/// A net that gives the features as they are.
Graph identity_net(const Tensor& features) {
  Graph net;
  net.name = "sensor";
  Tensor tensor = features;
  tensor.name = "features";
  net.inputs = {net.add(tensor)};
  tensor.name = "output";
  net.outputs = {net.add(tensor)};
  net.nodes.push_back({MaxPool2D{}, net.inputs, net.outputs});
  ops::infer(net);
  return net;
}

/// Windows from silence to clipping (the first is counted), with the features of each by the host's kernel.
struct Windows {
  explicit Windows(const Graph& front) {
    const auto values = static_cast<size_t>(front[front.inputs[0]].shape[1]);
    Random random(4);
    for (const double amplitude : {3000.0, 0.0, 1.0, 25.0, 90000.0}) {
      std::vector<int16_t> samples;
      for (size_t i = 0; i < values; ++i) {
        const double value = amplitude * (std::sin(0.03 * static_cast<double>(i)) + random.normal() / 3) - 9;
        samples.push_back(static_cast<int16_t>(std::clamp(std::round(value), -32768.0, 32767.0)));
      }
      Bytes& record = records.emplace_back(2 * values);
      std::memcpy(record.data(), samples.data(), record.size());
      const Bytes features = codegen::reference_run(front, record);
      expected.insert(expected.end(), features.begin(), features.end());
    }
  }
  std::vector<Bytes> records;
  Bytes expected;
};

class GeneratedSensors : public ::testing::TestWithParam<Core> {};

TEST_P(GeneratedSensors, ComputeTheBytesOfTheHostKernels) {
  SKIP_WITHOUT_TOOLS(GetParam());
  for (const Front& front : fronts()) {
    const Graph graph = graph_of(front.op);
    const Windows windows(graph);
    codegen::GenerateOptions options;
    options.target.core = GetParam();
    const codegen::GeneratedModel model =
        codegen::generate(identity_net(graph[graph.outputs[0]]), front.op, options);
    const TemporaryFolder folder;
    const auto elf = folder.path() / "sensor.elf";
    build_firmware(model, GetParam(), {"-O2"}, elf);
    const RunResult result =
        run_elf({.elf = elf, .core = GetParam(), .feed = Feed::stream, .records = windows.records});
    EXPECT_EQ(result.output, windows.expected) << front.name;
    RecordProperty(front.name + " instructions", static_cast<int>(result.features.instructions));
    RecordProperty(front.name + " cycles", static_cast<int>(result.features.cycles));
  }
}

INSTANTIATE_TEST_SUITE_P(Cores, GeneratedSensors,
                         ::testing::Values(Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
