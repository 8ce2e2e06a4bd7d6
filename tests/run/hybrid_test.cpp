// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/cases/case_builder.h"
#include "tests/oracle/oracle.h"
#include "tests/run/each_near.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::CaseBuilder;
using tests::floats_of;
using tests::OperatorCase;

TensorId float_bias(CaseBuilder& builder, int32_t channels) {
  return builder.constant({channels}, 0, 0, DType::float32);
}

template <class Op>
OperatorCase hybrid_case(const char* name, const Op& op, Shape input, Shape weights, int32_t axis) {
  CaseBuilder builder(name, 1300);
  const TensorId x = builder.input(std::move(input), 0, 0, DType::float32);
  const int32_t channels = weights[std::is_same_v<Op, DepthwiseConv2D> ? 3 : 0];
  const TensorId w = builder.weights(std::move(weights), axis, 0.01);
  const TensorId bias = float_bias(builder, channels);
  return builder.finish(op, {x, w, bias}, builder.output(0, 0, DType::float32));
}

std::vector<OperatorCase> hybrid_cases() {
  Conv2D strided;
  strided.stride_height = strided.stride_width = 2;
  strided.activation = Activation::relu;
  DepthwiseConv2D doubled;
  doubled.depth_multiplier = 2;
  doubled.activation = Activation::relu6;
  FullyConnected asymmetric;
  asymmetric.asymmetric_inputs = true;
  return {hybrid_case("conv_2d", strided, {1, 9, 7, 5}, {6, 3, 3, 5}, -1),
          hybrid_case("conv_2d_per_channel", strided, {1, 9, 7, 5}, {6, 3, 3, 5}, 0),
          hybrid_case("depthwise_conv_2d", doubled, {1, 8, 6, 4}, {1, 3, 3, 8}, 3),
          hybrid_case("fully_connected", FullyConnected{}, {1, 33}, {7, 33}, -1),
          hybrid_case("fully_connected_asymmetric", asymmetric, {1, 33}, {7, 33}, -1)};
}

class Hybrid : public testing::TestWithParam<OperatorCase> {};

TEST_P(Hybrid, AgreesWithLiteRt) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  const OperatorCase& one = GetParam();
  const auto expected = floats_of(oracle::run_litert(formats::write_tflite(one.graph), one.inputs)[0]);
  const auto actual = floats_of(run::Engine(one.graph).run(one.inputs)[0]);
  tests::expect_each_near(actual, expected);
}

TEST_P(Hybrid, IsReadAsItWasWritten) {
  const Bytes written = formats::write_tflite(GetParam().graph);
  EXPECT_EQ(formats::write_tflite(formats::read_tflite(written)), written);
}

TEST_P(Hybrid, IsRefusedOnADevice) {
  const Graph& graph = GetParam().graph;
  try {
    ops::lower(graph, graph.nodes[0], {.core = Core::cortex_m4});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_STREQ(
        error.what(),
        "int8 weights on float32 activations (a dynamic-range model) run on the host alone: quantize "
        "the model to int8 first");
  }
}

// Of inputs in 255 steps or less the weights' precision is all that is left.
TEST_P(Hybrid, HasTheWeightsOfTheFloatGraph) {
  const OperatorCase& one = GetParam();
  const Graph graph = ops::with_float_weights(one.graph);
  EXPECT_FALSE(ops::is_hybrid(graph, graph.nodes[0]));
  const auto expected = floats_of(run::Engine(one.graph).run(one.inputs)[0]);
  const auto actual = floats_of(run::Engine(graph).run(one.inputs)[0]);
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 0.02f * largest) << i;
}

TEST_P(Hybrid, SurvivesInputsThatAreNoNumbers) {
  const OperatorCase& one = GetParam();
  run::Engine engine(one.graph);
  for (const float value : {0.0f, std::nanf(""), INFINITY, -INFINITY, 3e38f}) {
    Bytes input = one.inputs[0];
    std::memcpy(input.data(), &value, sizeof value);
    EXPECT_EQ(engine.run({input}).size(), 1u);
  }
  EXPECT_EQ(engine.run({Bytes(one.inputs[0].size())}).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, Hybrid, testing::ValuesIn(hybrid_cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tinyml
