// SPDX-License-Identifier: Apache-2.0
// Small random ONNX models of every operator against onnxruntime.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include "tests/oracle/oracle.h"
#include "tinyml/formats/onnx.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/fold_quantization.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

std::vector<float> to_floats(const Bytes& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

/// The outputs of a model, one after the other, of inputs that come one after the other.
std::vector<float> run_all(const Graph& graph, const Bytes& given) {
  std::vector<Bytes> inputs;
  auto at = given.begin();
  for (const TensorId id : graph.inputs) {
    const auto size = static_cast<std::ptrdiff_t>(graph[id].size_bytes());
    EXPECT_LE(size, given.end() - at);
    inputs.emplace_back(at, at + size);
    at += size;
  }
  Bytes joined;
  for (const Bytes& output : run::Engine(graph).run(inputs)) {
    joined.insert(joined.end(), output.begin(), output.end());
  }
  return to_floats(joined);
}

/// As int8 or uint8 on the scale of a tensor.
Bytes on_scale(const std::vector<float>& values, const Tensor& tensor) {
  Bytes codes;
  const bool is_int8 = tensor.dtype == DType::int8;
  for (const float value : values) {
    const float code = std::nearbyint(value / tensor.quantization.scale()) +
                       static_cast<float>(tensor.quantization.zero_point());
    codes.push_back(is_int8 ? static_cast<uint8_t>(static_cast<int8_t>(std::clamp(code, -128.0f, 127.0f)))
                            : static_cast<uint8_t>(std::clamp(code, 0.0f, 255.0f)));
  }
  return codes;
}

/// How many counts the int8 form of a graph of one input and one output is away from `expected`.
int counts_away(const Graph& float_graph, const std::vector<float>& given,
                const std::vector<float>& expected) {
  const Graph graph = fold_quantization(float_graph);
  const Tensor &input = graph[graph.inputs.at(0)], &output = graph[graph.outputs.at(0)];
  if (input.dtype == DType::float32) return 0;  // no operator computes in float32
  const Bytes answer = run::Engine(graph).run({on_scale(given, input)}).at(0);
  const Bytes codes = on_scale(expected, output);
  EXPECT_EQ(answer.size(), codes.size());
  int most = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    const bool is_int8 = output.dtype == DType::int8;
    const auto as_int = [&](uint8_t byte) { return is_int8 ? int{static_cast<int8_t>(byte)} : int{byte}; };
    most = std::max(most, std::abs(as_int(answer[i]) - as_int(codes[i])));
  }
  return most;
}

/// Transpositions left in whole nets: where channels come first at the door, that one alone.
const std::map<std::string, int> kTranspositions{{"torch_sensor_net", 1},
                                                 {"torch_mobile_net", 1},
                                                 {"torch_flatten_net", 0},
                                                 {"torch_recurrent_net", 0},
                                                 {"qdq_int8_conv_add_pool_dense", 1}};

TEST(OnnxOracle, OnnxruntimeComputesTheSame) {
  TINYML_NEEDS_ORACLE("onnxruntime");
  const TemporaryFolder folder;
  oracle::run_script("onnx_cases.py", {folder.path().string()});
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string name = entry.path().stem().string();
    const auto file = [&](const char* extension) { return read_bytes(folder.path() / (name + extension)); };
    SCOPED_TRACE(name);
    ++cases;
    Graph graph;
    ASSERT_NO_THROW(graph = formats::read_onnx(file(".onnx")));
    const Bytes given = file(".in.bin");
    const std::vector<float> expected = to_floats(file(".out.bin"));
    const std::vector<float> values = run_all(graph, given);
    ASSERT_EQ(values.size(), expected.size());
    float largest = 0;
    for (const float value : expected) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-5f * largest);
    if (const auto known = kTranspositions.find(name); known != kTranspositions.end()) {
      EXPECT_EQ(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                              [](const Node& node) { return std::holds_alternative<Transpose>(node.op); }),
                known->second);
    }
    if (name.starts_with("qdq_") || name.starts_with("qlinear_")) {
      EXPECT_LE(counts_away(graph, to_floats(given), expected), 2);
    }
    const Bytes written = formats::write_tflite(graph);
    EXPECT_EQ(formats::write_tflite(formats::read_tflite(written)), written);
  }
  EXPECT_GT(cases, 150);
}

}  // namespace
}  // namespace tinyml
