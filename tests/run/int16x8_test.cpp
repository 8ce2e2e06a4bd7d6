// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cases/case_builder.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::CaseBuilder;
using tests::OperatorCase;

// int8, then a part in int16, then int8 again, as a net has it whose layers are not all worth 16 bits.
OperatorCase mixed_net() {
  CaseBuilder builder("mixed", 77);
  const auto value = [&](DType dtype, float scale, int32_t zero_point = 0) {
    return builder.add({"value" + std::to_string(builder.random().below(1u << 30)),
                        dtype,
                        {},
                        {{scale}, {zero_point}, 0},
                        nullptr});
  };
  const auto layer = [&](Operator op, TensorId x, Shape shape, int32_t axis, int32_t taps, TensorId y) {
    const int32_t channels = axis == 3 ? shape[3] : shape[0];
    const TensorId weights = builder.weights(std::move(shape), axis, 0.01);
    builder.node(std::move(op), {x, weights, builder.bias(channels, taps, x, weights)}, {y});
    return y;
  };
  const TensorId x = builder.input({1, 8, 8, 4}, 0.02f, -5);
  const TensorId a = layer(DepthwiseConv2D{}, x, {1, 3, 3, 4}, 3, 9, value(DType::int8, 0.08f, 10));
  const TensorId wide = value(DType::int16, 0.0004f);
  builder.node(Quantize{}, {a}, {wide});
  const TensorId b = layer(Conv2D{.stride_height = 2, .stride_width = 2}, wide, {6, 3, 3, 4}, 0, 36,
                           value(DType::int16, 0.0008f));
  const TensorId c = value(DType::int16, 0.0006f), d = value(DType::int16, 0.0002f);
  builder.node(Unary{UnaryKind::leaky_relu, 0.1f}, {b}, {c});
  builder.node(Reduction{ReductionKind::mean, {1, 2}, false}, {c}, {d});
  const TensorId e = layer(FullyConnected{}, d, {5, 6}, -1, 6, value(DType::int16, 0.0003f));
  const TensorId narrow = value(DType::int8, 0.05f, 3);
  builder.node(Quantize{}, {e}, {narrow});
  return builder.finish(Softmax{}, {narrow}, builder.output(1.0f / 256, -128));
}

TEST(Int16x8, MixesWithInt8AsTensorFlowLiteMicroDoes) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const OperatorCase one = mixed_net();
  const Bytes file = formats::write_tflite(one.graph);
  EXPECT_EQ(formats::write_tflite(formats::read_tflite(file)), file);
  const std::vector<Bytes> expected = oracle::run_tflite_micro(file, std::vector<Bytes>{one.inputs[0]});
  EXPECT_EQ(run::Engine(formats::read_tflite(file)).run(one.inputs)[0], expected[0]);
}

std::string error_of(const Graph& graph) {
  try {
    run::Engine engine(graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Int16x8, RefusesWhatItsArithmeticDoesNotReach) {
  const OperatorCase conv = tests::int16x8_cases()[0];
  const Node& node = conv.graph.nodes[0];
  Graph shifted = conv.graph;
  shifted[node.inputs[0]].quantization.zero_points = {3};
  EXPECT_EQ(error_of(shifted), "layer 0 (conv_2d): conv_2d of int16 with a zero point other than 0");
  Graph narrowed = conv.graph;
  narrowed[node.outputs[0]].dtype = DType::int8;
  EXPECT_EQ(error_of(narrowed), "layer 0 (conv_2d): conv_2d from int16 to int8");
  Graph biased = conv.graph;
  const std::vector<int64_t> bias(8, INT64_MIN);
  biased[node.inputs[2]].data = to_constant(std::span<const int64_t>(bias));
  EXPECT_EQ(error_of(biased), "layer 0 (conv_2d): bias \"bias\" is beyond 2^46");
  OperatorCase depthwise;
  for (const OperatorCase& one : tests::int16x8_cases()) {
    if (one.name == "int16x8_depthwise") depthwise = one;
  }
  Tensor& narrow = depthwise.graph[depthwise.graph.nodes[0].inputs[2]];
  narrow.data = to_constant(std::span<const int32_t>(std::vector<int32_t>(6)));
  narrow.dtype = DType::int32;
  EXPECT_EQ(
      error_of(depthwise.graph),
      "layer 0 (depthwise_conv_2d): a depthwise convolution of int16 with a bias of int32: it needs int64");
  Graph fine = conv.graph;
  fine[node.outputs[0]].quantization.scales = {1e-9f};
  EXPECT_EQ(error_of(fine), "layer 0 (conv_2d): an output scale 128 times smaller than its inputs'");

  CaseBuilder builder("pool", 1);
  const TensorId x = builder.input({1, 257, 256, 1}, 0.1f, 0, DType::int16);
  AveragePool2D op;
  op.filter_height = 257;
  op.filter_width = 256;
  op.padding = Padding::valid;
  EXPECT_EQ(error_of(builder.finish(op, {x}, builder.output_like(x)).graph),
            "layer 0 (average_pool_2d): average_pool_2d of int16 over 65536 positions or more");
}

// Sums that 32 bits surely hold are taken in 32 bits.
TEST(Int16x8, TakesTheNarrowestSums) {
  const auto elements_of = [](const std::string& name) {
    for (const OperatorCase& one : tests::int16x8_cases()) {
      if (one.name != name) continue;
      const ops::KernelCall call = ops::lower(one.graph, one.graph.nodes[0], {});
      return call.tables[1].element + ", " + call.tables[2].element;
    }
    return std::string("no such case");
  };
  EXPECT_EQ(elements_of("int16x8_conv_2d"), "int32_t, int16_t");
  EXPECT_EQ(elements_of("int16x8_conv_2d_long_sums"), "int64_t, int16_t");
  EXPECT_EQ(elements_of("int16x8_conv_2d_large_bias"), "int64_t, int16_t");
  EXPECT_EQ(elements_of("int16x8_conv_2d_int32_bias"), "int32_t, int32_t");
  EXPECT_EQ(elements_of("int16x8_conv_2d_no_bias"), "int32_t, int16_t");
}

}  // namespace
}  // namespace tinyml
