// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"

namespace tinyml::emulate {
namespace {

constexpr int32_t kFrames = 2;

Wavelet wavelet_of(const std::string& family, int32_t levels, int32_t channels) {
  Wavelet op;
  op.family = family;
  op.levels = levels;
  op.frame.channels = channels;
  op.frame.samples = 128;
  op.frame.hop = 32;
  Random random(9);
  for (int32_t i = 0; i < channels * (levels + 1) * 14; ++i) {
    const int32_t feature = i % 14;
    const bool ratio = feature < 3 || feature > 11;
    const double scale = ratio ? 0.02 : feature == 10 ? 50000 : 60;
    op.scale.push_back(static_cast<float>(scale * random.uniform(0.5, 2)));
    op.offset.push_back(static_cast<float>(40 * scale * random.uniform(-1, 1)));
  }
  return op;
}

Graph front_of(const Wavelet& op) {
  Graph graph;
  Tensor samples;
  samples.dtype = DType::int16;
  samples.shape = {1, ((kFrames - 1) * op.frame.hop + op.frame.samples) * op.frame.channels};
  graph.inputs = {graph.add(samples)};
  graph.outputs = {graph.add(Tensor())};
  graph.nodes.push_back({op, graph.inputs, graph.outputs});
  ops::infer(graph);
  return graph;
}

/// A net that gives the features as they are.
Graph identity_net(const Graph& front) {
  Graph net;
  net.name = "vibration";
  Tensor features = front[front.outputs[0]];
  features.name = "features";
  net.inputs = {net.add(features)};
  features.name = "output";
  net.outputs = {net.add(features)};
  net.nodes.push_back({MaxPool2D{}, net.inputs, net.outputs});
  ops::infer(net);
  return net;
}

/// Signals of one window, the features of each by the host's kernel.
struct Windows {
  explicit Windows(const Wavelet& op) {
    const Graph front = front_of(op);
    const auto values = static_cast<size_t>(front[front.inputs[0]].shape[1]);
    for (const double amplitude : {0.0, 2.0, 900.0, 60000.0}) {
      Random random(static_cast<uint64_t>(amplitude) + 1);
      std::vector<int16_t> samples;
      for (size_t i = 0; i < values; ++i) {
        const double value =
            amplitude * (std::sin(0.1 * static_cast<double>(i)) + 0.3 * random.normal()) + 50;
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

std::vector<Wavelet> shapes() { return {wavelet_of("db4", 1, 3), wavelet_of("bior3.3", 3, 1)}; }

TEST(GeneratedWavelet, ComputesTheBytesOfTheHostKernel) {
  for (const Wavelet& op : shapes()) {
    const Windows windows(op);
    Bytes stream;
    for (const Bytes& record : windows.records) stream.insert(stream.end(), record.begin(), record.end());
    const std::string hops = std::to_string(windows.records[0].size() / 2) + " / hop_samples";
    EXPECT_EQ(codegen::GeneratedProgram(codegen::generate(identity_net(front_of(op)), op))
                  .execute("static int16_t samples[hop_samples];\nfor (int w = 0; w < 4; ++w) {\n  reset();\n"
                           "  for (int i = 0; i < " +
                               hops +
                               "; ++i) {\n    if (fread(samples, sizeof(samples), 1, in) != 1) return 1;\n"
                               "    push(samples);\n  }\n  emit(classify(), output_bytes, out);\n}\n",
                           stream),
              windows.expected);
  }
}

class WaveletOnCore : public ::testing::TestWithParam<Core> {};

TEST_P(WaveletOnCore, ComputesTheBytesOfTheHostKernel) {
  SKIP_WITHOUT_TOOLS(GetParam());
  for (const Wavelet& op : shapes()) {
    const Windows windows(op);
    codegen::GenerateOptions options;
    options.target.core = GetParam();
    const TemporaryFolder folder;
    const auto elf = folder.path() / "wavelet.elf";
    build_firmware(codegen::generate(identity_net(front_of(op)), op, options), GetParam(), {"-O2"}, elf);
    const RunResult result =
        run_elf({.elf = elf, .core = GetParam(), .feed = Feed::stream, .records = windows.records});
    EXPECT_EQ(result.output, windows.expected) << op.family;
    RecordProperty(op.family + " features, cycles", static_cast<int>(result.features.cycles));
  }
}

INSTANTIATE_TEST_SUITE_P(Cores, WaveletOnCore,
                         ::testing::Values(Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
