// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/onnx_model.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/rounding.h"

namespace tinyml::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// x -> Q/DQ -> Conv or Gemm with int8 parameters -> Q/DQ.
OnnxModel quantized_dense(const std::vector<int32_t>& bias, const std::vector<float>& bias_scales) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3);
  model.dequantized<int8_t>("w", {2, 2}, {1, -2, 3, 4}, {0.25f, 0.125f});
  model.dequantized<int32_t>("b", {2}, bias, bias_scales);
  model.node("Gemm", {"x_dq", "w_dq", "b_dq"}, {"y"}).with("transB", int64_t{1});
  return model.quantized("y", 0.75f, -7);
}

TEST(OnnxQuantized, BecomesInt8) {
  const Graph graph = quantized_dense({10, 20}, {0.125f, 0.0625f}).output("y_dq").read_int8();
  ASSERT_THAT(operators(graph), ElementsAre("fully_connected"));
  const Tensor &x = input_of(graph, 0, 0), &w = input_of(graph, 0, 1), &b = input_of(graph, 0, 2);
  EXPECT_EQ(x.dtype, DType::int8);
  EXPECT_EQ(x.quantization, (Quantization{{0.5f}, {3}, 0}));
  EXPECT_EQ(w.quantization, (Quantization{{0.25f, 0.125f}, {0, 0}, 0}));
  EXPECT_THAT(values_of<int8_t>(w), ElementsAre(1, -2, 3, 4));
  EXPECT_THAT(values_of<int32_t>(b), ElementsAre(10, 20));
  EXPECT_EQ(output_of(graph, 0).quantization, (Quantization{{0.75f}, {-7}, 0}));
  EXPECT_EQ(write_tflite(read_tflite(write_tflite(graph))), write_tflite(graph));
}

TEST(OnnxQuantized, PutsTheBiasOnTheScaleOfInputAndWeights) {
  const Graph graph = quantized_dense({100, 100}, {0.25f}).output("y_dq").read_int8();
  EXPECT_THAT(values_of<int32_t>(input_of(graph, 0, 2)), ElementsAre(200, 400));
}

TEST(OnnxQuantized, ShiftsUnsignedValues) {
  OnnxModel model;
  model.input("x", {1, 2}).constant<float>("s", {}, {0.5f}).constant<uint8_t>("z", {}, {128});
  model.constant<uint8_t>("z_y", {}, {0});
  model.node("QuantizeLinear", {"x", "s", "z"}, {"q"}).node("DequantizeLinear", {"q", "s", "z"}, {"d"});
  model.dequantized<uint8_t>("w", {1, 2}, {0, 255}, {0.25f}, 128);
  model.node("Gemm", {"d", "w_dq"}, {"y"}).with("transB", int64_t{1});
  model.node("QuantizeLinear", {"y", "s", "z_y"}, {"yq"})
      .node("DequantizeLinear", {"yq", "s", "z_y"}, {"yd"});
  const Graph graph = model.output("yd").read_int8();
  EXPECT_EQ(input_of(graph, 0, 0).quantization.zero_point(), 0);
  EXPECT_THAT(values_of<int8_t>(input_of(graph, 0, 1)), ElementsAre(-128, 127));
  EXPECT_EQ(output_of(graph, 0).quantization.zero_point(), -128);
}

TEST(OnnxQuantized, GivesSoftmaxTheScaleThatTensorFlowLiteDemands) {
  OnnxModel model = quantized_dense({0, 0}, {0.125f});
  const Graph graph = model.node("Softmax", {"y_dq"}, {"p"}).output("p").read_int8();
  EXPECT_EQ(output_of(graph, 1).quantization, (Quantization{{1.0f / 256}, {-128}, 0}));
}

TEST(OnnxQuantized, DequantizesWeightsOfAFloatModel) {
  OnnxModel model;
  model.input("x", {1, 2}).dequantized<int8_t>("w", {2, 2}, {1, -2, 3, 4}, {0.25f, 0.5f}, 1);
  const Graph graph =
      model.node("Gemm", {"x", "w_dq"}, {"y"}).with("transB", int64_t{1}).output("y").read_int8();
  EXPECT_EQ(input_of(graph, 0, 0).dtype, DType::float32);
  EXPECT_THAT(values_of<float>(input_of(graph, 0, 1)), ElementsAre(0, -0.75f, 1, 1.5f));
}

TEST(OnnxQuantized, AveragesToAnotherScaleByEqualWeightsOrWithoutAny) {
  const auto pooled = [](int64_t extent) {
    OnnxModel model;
    model.input("x", {1, 1, extent, extent})
        .quantized("x", 0.5f, 0)
        .node("GlobalAveragePool", {"x_dq"}, {"y"});
    return model.quantized("y", 0.125f, 5).node("Flatten", {"y_dq"}, {"f"}).output("f").read_int8();
  };
  const Graph graph = pooled(2);
  EXPECT_THAT(operators(graph), ElementsAre("reshape", "depthwise_conv_2d", "reshape"));
  EXPECT_FLOAT_EQ(input_of(graph, 1, 1).quantization.scale(), 1.0f / (127 * 4));
  EXPECT_THAT(operators(pooled(91)), ElementsAre("reshape", "mean", "reshape"));
}

TEST(OnnxQuantized, RequantizesWhereAnOperatorNeedsOneScale) {
  OnnxModel model;
  model.input("x", {1, 2})
      .quantized("x", 0.5f, 3)
      .node("Tanh", {"x_dq"}, {"t"})
      .quantized("t", 0.0078125f, 0);
  model.node("Concat", {"x_dq", "t_dq"}, {"y"}).with("axis", int64_t{1});
  const Graph graph = model.quantized("y", 0.5f, 3).output("y_dq").read_int8();
  EXPECT_THAT(operators(graph), ElementsAre("tanh", "quantize", "concatenation"));
}

TEST(OnnxQuantized, NamesWhatIsNotQuantized) {
  OnnxModel model = quantized_dense({0, 0}, {0.125f});
  model.weights("m", {2, 2}).node("Gemm", {"y_dq", "m"}, {"z"});
  EXPECT_THAT(OnnxModel(model).output("z").int8_error(), HasSubstr("z without QuantizeLinear"));
}

TEST(OnnxQuantized, QuantizesFloatWeightsByChannel) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3).constant<float>("w", {2, 2}, {1, -2, 0.5f, 0});
  model.node("Gemm", {"x_dq", "w"}, {"y"}).with("transB", int64_t{1}).quantized("y", 1, 0);
  const Graph graph = model.output("y_dq").read_int8();
  EXPECT_THAT(values_of<int8_t>(input_of(graph, 0, 1)), ElementsAre(64, -127, 127, 0));
  EXPECT_THAT(input_of(graph, 0, 1).quantization.scales, ElementsAre(2.0f / 127, 0.5f / 127));
}

TEST(OnnxQuantized, RunsInFloatWithHalvesToEven) {
  OnnxModel model;
  model.input("x", {1, 5}).quantized("x", 0.5f, 3).node("Neg", {"x_dq"}, {"y"});
  const Graph graph = model.quantized("y", 0.5f, -3).output("y_dq").read();
  EXPECT_THAT(operators(graph), ElementsAre("quantize", "dequantize", "neg", "quantize", "dequantize"));
  EXPECT_EQ(input_of(graph, 0, 0).dtype, DType::float32);
  EXPECT_EQ(output_of(graph, 0).quantization, (Quantization{{0.5f}, {3}, 0}));
  EXPECT_TRUE(rounds_to_even(graph));
  EXPECT_FALSE(rounds_to_even(fold_quantization(graph)));
}

TEST(OnnxQuantized, KeepsTheTypesOfInputsAndOutputs) {
  OnnxModel model;
  model.input("x", {1, 2}, schema::onnx::TensorProto::UINT8).constant<float>("s", {}, {0.5f});
  model.constant<uint8_t>("z", {}, {100}).node("DequantizeLinear", {"x", "s", "z"}, {"d"});
  model.node("Neg", {"d"}, {"n"}).node("QuantizeLinear", {"n", "s", "z"}, {"y"}).output("y");
  const Graph graph = model.read();
  EXPECT_EQ(graph[graph.inputs[0]].dtype, DType::uint8);
  EXPECT_EQ(graph[graph.inputs[0]].quantization, (Quantization{{0.5f}, {100}, 0}));
  EXPECT_EQ(graph[graph.outputs[0]].dtype, DType::uint8);
  EXPECT_EQ(graph[graph.outputs[0]].quantization, (Quantization{{0.5f}, {100}, 0}));
  const Graph int8 = model.read_int8();
  EXPECT_THAT(operators(int8), ElementsAre("quantize", "neg", "quantize"));
  EXPECT_EQ(output_of(int8, 0).quantization, (Quantization{{0.5f}, {-28}, 0}));
}

TEST(OnnxQuantized, ReadsWeightsThatTheFileQuantizesItself) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3).constant<float>("w", {1, 2}, {1.2f, -2});
  model.quantized("w", 0.5f, 0).node("Gemm", {"x_dq", "w_dq"}, {"y"}).with("transB", int64_t{1});
  const Graph graph = model.quantized("y", 1, 0).output("y_dq").read_int8();
  EXPECT_THAT(values_of<int8_t>(input_of(graph, 0, 1)), ElementsAre(2, -4));
}

TEST(OnnxQuantized, LeavesAReluThatNoLayerTakesIn) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3).node("Relu", {"x_dq"}, {"y"}).quantized("y", 0.25f, -128);
  const Graph graph = model.output("y_dq").read_int8();
  ASSERT_THAT(operators(graph), ElementsAre("relu"));
  EXPECT_EQ(output_of(graph, 0).quantization, (Quantization{{0.25f}, {-128}, 0}));
}

TEST(OnnxQuantized, RefusesWeightsWithAZeroPoint) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3).dequantized<int8_t>("w", {1, 2}, {1, 2}, {0.25f}, 4);
  model.node("Gemm", {"x_dq", "w_dq"}, {"y"}).with("transB", int64_t{1}).quantized("y", 1, 0).output("y_dq");
  EXPECT_THAT(model.int8_error(), HasSubstr("weights with a zero point of 4: quantize them symmetrically"));
}

TEST(OnnxQuantized, RefusesADequantizationThatDoesNotFit) {
  OnnxModel model;
  model.input("x", {1, 2}).quantized("x", 0.5f, 3).constant<float>("s", {}, {2});
  model.node("DequantizeLinear", {"x_q", "s", "x_zero"}, {"d"}).node("Relu", {"d"}, {"y"}).output("y");
  EXPECT_THAT(model.error(), HasSubstr("of another scale or zero point than the QuantizeLinear before it"));
}

}  // namespace
}  // namespace tinyml::formats
