// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite Micro calculates with scales in double precision: the products of those of inputs and
// weights, the ratios of those of sums. These scales and numbers were searched for: in single precision the
// answers are others.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/cases/cases.h"
#include "tests/oracle/oracle.h"
#include "tinyml/base/random.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

struct Sum {
  float input_scale, weight_scale, output_scale;
  int32_t sum;
  uint8_t answer;
};

constexpr Sum kSums[] = {
    {0.0254707225f, 0.0040092282f, 0.362896413f, 261196, 73},
    {0.0494986027f, 0.00172032241f, 0.812956691f, 548949, 57},
    {0.0148819191f, 0.00283425418f, 0.790985703f, 215659, 12},
    {0.0249093678f, 0.0027915528f, 0.285953999f, 207672, 50},
    {0.0286376048f, 0.00213482697f, 0.656057239f, 831656, 78},
};

/// A dense layer whose sum is its bias.
Graph dense_of(const Sum& s) {
  Graph graph;
  graph.name = "dense";
  graph.inputs = {graph.add({"x", DType::int8, {1, 1}, {{s.input_scale}, {0}, 0}, nullptr})};
  const std::vector<int8_t> none(1);
  const std::vector<int32_t> sum = {s.sum};
  const TensorId weights =
      graph.add({"w", DType::int8, {1, 1}, {{s.weight_scale}, {0}, 0}, to_constant<int8_t>(none)});
  const Quantization of_sum{{s.input_scale * s.weight_scale}, {0}, 0};
  const TensorId bias = graph.add({"b", DType::int32, {1}, of_sum, to_constant<int32_t>(sum)});
  graph.outputs = {graph.add({"y", DType::int8, {1, 1}, {{s.output_scale}, {0}, 0}, nullptr})};
  graph.nodes = {{FullyConnected{}, {graph.inputs[0], weights, bias}, graph.outputs}};
  return graph;
}

TEST(ScaleProduct, OfADenseLayerIsDouble) {
  for (const Sum& s : kSums) {
    const Graph graph = dense_of(s);
    EXPECT_EQ(run::Engine(graph).run({Bytes{1}})[0], Bytes{s.answer}) << s.sum;
  }
}

TEST(ScaleProduct, OfADenseLayerIsThatOfTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const Sum& s : kSums) {
    const Bytes file = formats::write_tflite(dense_of(s));
    EXPECT_EQ(oracle::run_tflite_micro(file, std::vector<Bytes>{{1}})[0], Bytes{s.answer}) << s.sum;
  }
}

/// Differences, all of them steps of their scales. Of the random graphs 9014, 13987, 18430.
struct Difference {
  float a_scale, b_scale, output_scale;
  int16_t a, b, answer;
};

constexpr Difference kDifferences[] = {
    {0.767530859f, 0.449276507f, 0.499022633f, 4436, 25476, -16114},
    {0.021126315f, 0.0185769573f, 0.00671391375f, -22162, -32478, 20129},
    {0.0117944544f, 0.0102784783f, 0.00470316038f, 925, 10015, -19567},
};

Bytes bytes_of(int16_t value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

Graph subtraction_of(const Difference& d) {
  Graph graph;
  graph.name = "subtraction";
  const auto tensor = [&](const char* name, float scale) {
    return graph.add({name, DType::int16, {1, 1}, {{scale}, {0}, 0}, nullptr});
  };
  graph.inputs = {tensor("a", d.a_scale), tensor("b", d.b_scale)};
  graph.outputs = {tensor("y", d.output_scale)};
  graph.nodes = {{Sub{}, graph.inputs, graph.outputs}};
  return graph;
}

TEST(ScaleRatio, OfADifferenceIsDouble) {
  for (const Difference& d : kDifferences) {
    const Graph graph = subtraction_of(d);
    EXPECT_EQ(run::Engine(graph).run({bytes_of(d.a), bytes_of(d.b)})[0], bytes_of(d.answer)) << d.answer;
  }
}

TEST(ScaleRatio, OfADifferenceIsThatOfTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const Difference& d : kDifferences) {
    Bytes call = bytes_of(d.a);
    for (const uint8_t byte : bytes_of(d.b)) call.push_back(byte);
    const Bytes file = formats::write_tflite(subtraction_of(d));
    EXPECT_EQ(oracle::run_tflite_micro(file, std::vector<Bytes>{call})[0], bytes_of(d.answer)) << d.answer;
  }
}

/// A case's recurrent layer with these scales, of which the first matrices have the second.
Graph with_scales(Graph graph, size_t matrices, float input_scale, float weight_scale) {
  graph[graph.inputs[0]].quantization.scales = {input_scale};
  for (size_t i = 1; i <= matrices; ++i) {
    graph[graph.nodes[0].inputs[i]].quantization.scales = {weight_scale};
  }
  return graph;
}

TEST(ScaleProduct, OfRecurrentLayersIsThatOfTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const Graph nets[] = {with_scales(tests::gru_cases()[0].graph, 3, 0.0123448139f, 0.00447939336f),
                        with_scales(tests::gru_cases()[0].graph, 3, 0.0480447449f, 0.0017158757f),
                        with_scales(tests::lstm_cases()[0].graph, 4, 0.0123448139f, 0.00447939336f)};
  for (const Graph& net : nets) {
    SCOPED_TRACE(net.name);
    Random random(4);
    std::vector<Bytes> inputs(40, Bytes(static_cast<size_t>(elements(net[net.inputs[0]].shape))));
    for (Bytes& input : inputs) {
      for (uint8_t& byte : input) byte = static_cast<uint8_t>(random.next());
    }
    const std::vector<Bytes> expected = oracle::run_tflite_micro(formats::write_tflite(net), inputs);
    run::Engine engine(net);
    for (size_t i = 0; i < inputs.size(); ++i) ASSERT_EQ(engine.run({inputs[i]})[0], expected[i]) << i;
  }
}

}  // namespace
}  // namespace tinyml
