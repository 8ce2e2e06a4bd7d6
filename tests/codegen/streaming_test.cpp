// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"

namespace tinyml::codegen {
namespace {

/// After every push, classify; then the scores of a fresh start.
constexpr const char* kStream = R"(
  static int16_t samples[hop_samples];
  reset();
  emit(classify(), output_bytes, out);
  while (fread(samples, sizeof(samples), 1, in) == 1) {
    push(samples);
    emit(classify(), output_bytes, out);
  }
  reset();
  emit(classify(), output_bytes, out);
)";

struct Front {
  std::string name;
  Operator op;
  int32_t frame_samples, hop_samples, row;
};

Front front(const std::string& kind, int32_t frame_samples, int32_t hop_samples) {
  Mfe mfe;
  mfe.frame_samples = frame_samples, mfe.hop_samples = hop_samples, mfe.fft_size = 64, mfe.bands = 10;
  const std::string name = kind + "_" + std::to_string(frame_samples) + "_" + std::to_string(hop_samples);
  if (kind == "mfe") return {name, mfe, frame_samples, hop_samples, mfe.bands};
  Mfcc mfcc;
  mfcc.mfe = mfe;
  mfcc.mfe.bands = 12;
  mfcc.coefficients = 10;
  return {name, mfcc, frame_samples, hop_samples, mfcc.coefficients};
}

/// A sensor's front end of 10 features.
Front sensor_front(const std::string& kind, int32_t samples, int32_t hop) {
  const std::string name = kind + "_" + std::to_string(samples) + "_" + std::to_string(hop);
  const std::vector<float> scale(10, kind == "raw" ? 150.0f : 0.05f);
  if (kind == "raw") return {name, Raw{{.channels = 10}, {}, scale}, 10, 10, 10};
  if (kind == "flatten") {
    FlattenStatistics op{.frame = {.channels = 2, .samples = samples, .hop = hop}, .scale = scale};
    op.average = op.minimum = false;
    return {name, op, 2 * samples, 2 * hop, 10};
  }
  Spectral op{.frame = {.samples = samples, .hop = hop, .rate_hz = 16}, .scale = scale};
  op.filter = FilterKind::low_pass, op.cutoff_hz = 5;
  return {name, op, samples, hop, 10};
}

class Streaming : public ::testing::TestWithParam<Front> {};

constexpr int32_t kFrames = 12;

/// The features of a whole window by the whole-window kernel, then the net.
std::vector<uint8_t> whole_window(const Graph& net, const Front& front, std::vector<int16_t> window) {
  Graph graph;
  Tensor samples, features;
  samples.dtype = DType::int16;
  samples.shape = {1, static_cast<int32_t>(window.size())};
  features.dtype = DType::int8;
  graph.inputs = {graph.add(samples)};
  graph.outputs = {graph.add(features)};
  graph.nodes.push_back({front.op, graph.inputs, graph.outputs});
  ops::infer(graph);
  EXPECT_EQ(graph[graph.outputs[0]].size_bytes(), kFrames * front.row);
  const auto* bytes = reinterpret_cast<const uint8_t*>(window.data());
  return reference_run(net, reference_run(graph, {bytes, bytes + 2 * window.size()}));
}

TEST_P(Streaming, EqualsTheWholeWindowAfterEveryPush) {
  const Front front = GetParam();
  const Graph net = small_net("streamed", 3);
  const GeneratedModel model = generate(net, front.op);
  const int32_t window_samples = (kFrames - 1) * front.hop_samples + front.frame_samples;
  const int32_t hops = (window_samples + front.hop_samples - 1) / front.hop_samples + 5;

  Random random(7);
  std::vector<int16_t> stream(static_cast<size_t>(hops * front.hop_samples));
  for (size_t i = 0; i < stream.size(); ++i) {
    const double tone = std::sin(static_cast<double>(i * i) * 1e-4);
    stream[i] = static_cast<int16_t>(9000 * tone + 500 * random.normal());
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(stream.data());
  const auto scores = GeneratedProgram(model).execute(kStream, {bytes, 2 * stream.size()});

  std::vector<int16_t> heard(static_cast<size_t>(window_samples), 0);
  std::vector<uint8_t> expected = whole_window(net, front, heard);
  for (int32_t hop = 0; hop < hops; ++hop) {
    heard.insert(heard.end(), stream.begin() + hop * front.hop_samples,
                 stream.begin() + (hop + 1) * front.hop_samples);
    const auto output = whole_window(net, front, {heard.end() - window_samples, heard.end()});
    expected.insert(expected.end(), output.begin(), output.end());
  }
  expected.insert(expected.end(), expected.begin(), expected.begin() + 4);
  EXPECT_EQ(scores, expected);
  EXPECT_EQ(model.state_bytes,
            kFrames * front.row + 2 * std::max(0, front.frame_samples - front.hop_samples));
}

INSTANTIATE_TEST_SUITE_P(Fronts, Streaming,
                         ::testing::Values(front("mfe", 64, 40), front("mfe", 64, 20), front("mfe", 64, 64),
                                           front("mfe", 48, 60), front("mfcc", 60, 40),
                                           sensor_front("raw", 1, 1), sensor_front("flatten", 20, 5),
                                           sensor_front("flatten", 7, 9), sensor_front("spectral", 40, 8),
                                           sensor_front("spectral", 16, 16)),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tinyml::codegen
