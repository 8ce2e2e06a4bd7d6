// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/golden/models.h"
#include "tests/golden/npz.h"
#include "tests/run/each_near.h"
#include "tinyml/formats/model_file.h"
#include "tinyml/graph/channels_last.h"
#include "tinyml/graph/fold_quantization.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::floats_of;

Bytes to_int8(const std::vector<float>& values, const Quantization& quantization) {
  Bytes codes;
  for (const float value : values) {
    const float code = std::nearbyint(value / quantization.scale()) + quantization.zero_point();
    codes.push_back(static_cast<uint8_t>(static_cast<int8_t>(std::clamp(code, -128.0f, 127.0f))));
  }
  return codes;
}

// ONNX models and what onnxruntime computes for them in float32. `most_counts`: of the int8 graph's output,
// where QuantizeLinear and DequantizeLinear surround the operators; int8 rounds each layer once more.
struct OnnxModel {
  const char* name;
  int most_counts;
};
class OnnxGolden : public testing::TestWithParam<OnnxModel> {
 protected:
  /// Calls use(input, output) with every vector; skips where the model is absent.
  template <class Use>
  void for_vectors(const Use& use) {
    const auto arrays =
        tests::read_npz(tests::published_models() / fmt::format("{}.onnx.golden.npz", GetParam().name));
    int vectors = 0;
    for (; arrays.contains(fmt::format("in0_{}", vectors)); ++vectors) {
      SCOPED_TRACE(fmt::format("vector {}", vectors));
      use(arrays.at(fmt::format("in0_{}", vectors)), floats_of(arrays.at(fmt::format("out0_{}", vectors))));
    }
    EXPECT_GT(vectors, 0);
  }
  std::filesystem::path path() const {
    return tests::published_models() / fmt::format("{}.onnx", GetParam().name);
  }
};

TEST_P(OnnxGolden, OnnxruntimeComputesTheSame) {
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "skipped: no " << path();
  const Graph graph = formats::read_model(path());
  run::Engine engine(graph);
  for_vectors([&](const Bytes& given, const std::vector<float>& expected) {
    tests::expect_each_near(floats_of(engine.run({given}).at(0)), expected);
  });
}

/// [C, H, W] to [H, W, C].
Bytes channels_last(const Bytes& image, int64_t channels) {
  const std::vector<float> from = floats_of(image);
  const size_t count = static_cast<size_t>(channels), pixels = from.size() / count;
  std::vector<float> to(from.size());
  for (size_t i = 0; i < from.size(); ++i) to[i] = from[i % count * pixels + i / count];
  Bytes bytes(image.size());
  std::memcpy(bytes.data(), to.data(), bytes.size());
  return bytes;
}

TEST_P(OnnxGolden, WithChannelsLastOnnxruntimeComputesTheSame) {
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "skipped: no " << path();
  const Graph first = formats::read_model(path()), graph = with_channels_last_inputs(first);
  const int64_t channels = first[first.inputs[0]].shape[1];
  if (graph[graph.inputs[0]].shape == first[first.inputs[0]].shape) GTEST_SKIP() << "skipped: they are last";
  run::Engine engine(graph);
  for_vectors([&](const Bytes& given, const std::vector<float>& expected) {
    tests::expect_each_near(floats_of(engine.run({channels_last(given, channels)}).at(0)), expected);
  });
}

TEST_P(OnnxGolden, Int8IsAFewCountsAway) {
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "skipped: no " << path();
  const Graph graph = fold_quantization(formats::read_model(path()));
  const Tensor &input = graph[graph.inputs.at(0)], &output = graph[graph.outputs.at(0)];
  if (input.dtype == DType::float32) GTEST_SKIP() << "skipped: not quantized";
  run::Engine engine(graph);
  for_vectors([&](const Bytes& given, const std::vector<float>& expected) {
    const Bytes answer = engine.run({to_int8(floats_of(given), input.quantization)}).at(0);
    const Bytes codes = to_int8(expected, output.quantization);
    ASSERT_EQ(answer.size(), codes.size());
    const auto as_int = [](uint8_t byte) { return static_cast<int>(static_cast<int8_t>(byte)); };
    const auto less = [&](uint8_t a, uint8_t b) { return as_int(a) < as_int(b); };
    EXPECT_EQ(std::max_element(answer.begin(), answer.end(), less) - answer.begin(),
              std::max_element(codes.begin(), codes.end(), less) - codes.begin());
    for (size_t i = 0; i < codes.size(); ++i) {
      EXPECT_LE(std::abs(as_int(answer[i]) - as_int(codes[i])), GetParam().most_counts);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Models, OnnxGolden,
                         testing::Values(OnnxModel{"kws_ref_qdq", 3}, OnnxModel{"ad_autoencoder_qdq", 2},
                                         OnnxModel{"resnet8_qdq", 0}, OnnxModel{"vww_96_float", 0}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tinyml
