// SPDX-License-Identifier: Apache-2.0
// Small random ONNX models of every operator against onnxruntime.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "tests/oracle/oracle.h"
#include "tinyml/formats/onnx.h"
#include "tinyml/formats/tflite.h"
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
    if (name == "batch_norm_alone") continue;  // TensorFlow Lite has no such operator
    const Bytes written = formats::write_tflite(graph);
    EXPECT_EQ(formats::write_tflite(formats::read_tflite(written)), written);
  }
  EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace tinyml
