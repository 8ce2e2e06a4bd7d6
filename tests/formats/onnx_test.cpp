// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/onnx_model.h"

namespace tinyml::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Names = OnnxModel::Names;

TEST(Onnx, KeepsNamesAndTheLayoutOfInputsAndOutputs) {
  OnnxModel model;
  model.input("pixels", {1, 1, 4, 5}).weights("w", {1, 1, 3, 3}).node("Conv", {"pixels", "w"}, {"map"});
  const Graph graph = model.output("map").read();
  EXPECT_EQ(graph.name, "net");
  EXPECT_EQ(graph[graph.inputs.at(0)].name, "pixels");
  EXPECT_EQ(graph[graph.inputs.at(0)].shape, (Shape{1, 1, 4, 5}));
  EXPECT_EQ(graph[graph.outputs.at(0)].name, "map");
  EXPECT_EQ(graph[graph.outputs.at(0)].shape, (Shape{1, 1, 2, 3}));
  EXPECT_THAT(operators(graph), ElementsAre("reshape", "conv_2d", "reshape"));
}

TEST(Onnx, MakesFiltersOhwi) {
  OnnxModel model;
  model.input("x", {1, 4, 5, 2})
      .node("Transpose", {"x"}, {"t"})
      .with("perm", std::vector<int64_t>{0, 3, 1, 2});
  model.constant<float>("w", {1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}).node("Conv", {"t", "w"}, {"y"});
  model.node("Transpose", {"y"}, {"z"}).with("perm", std::vector<int64_t>{0, 2, 3, 1});
  const Graph graph = model.output("z").read();
  ASSERT_THAT(operators(graph), ElementsAre("conv_2d"));
  EXPECT_EQ(input_of(graph, 0, 1).shape, (Shape{1, 1, 3, 2}));
  EXPECT_THAT(values_of<float>(input_of(graph, 0, 1)), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Onnx, MakesDepthwiseFiltersOneHwc) {
  OnnxModel model;
  model.input("x", {1, 4, 5, 2})
      .node("Transpose", {"x"}, {"t"})
      .with("perm", std::vector<int64_t>{0, 3, 1, 2});
  model.constant<float>("w", {4, 1, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  model.node("Conv", {"t", "w"}, {"y"}).with("group", int64_t{2});
  model.node("Transpose", {"y"}, {"z"}).with("perm", std::vector<int64_t>{0, 2, 3, 1});
  const Graph graph = model.output("z").read();
  ASSERT_THAT(operators(graph), ElementsAre("depthwise_conv_2d"));
  EXPECT_EQ(std::get<DepthwiseConv2D>(graph.nodes[0].op).depth_multiplier, 2);
  EXPECT_EQ(input_of(graph, 0, 1).shape, (Shape{1, 1, 2, 4}));
  EXPECT_THAT(values_of<float>(input_of(graph, 0, 1)), ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
}

TEST(Onnx, FusesActivationsAndBatchNormalisation) {
  OnnxModel model;
  model.input("x", {1, 1, 4, 4}).weights("w", {2, 1, 3, 3}).node("Conv", {"x", "w"}, {"y"});
  model.constant<float>("gamma", {2}, {2, 4}).constant<float>("beta", {2}, {1, -1});
  model.constant<float>("mean", {2}, {0.5f, 3}).constant<float>("variance", {2}, {4, 1});
  model.node("BatchNormalization", {"y", "gamma", "beta", "mean", "variance"}, {"n"}).with("epsilon", 0.0f);
  model.constant<float>("zero", {}, {0})
      .constant<float>("six", {}, {6})
      .node("Clip", {"n", "zero", "six"}, {"c"});
  const Graph graph =
      model.node("GlobalAveragePool", {"c"}, {"p"}).node("Flatten", {"p"}, {"f"}).output("f").read();
  ASSERT_THAT(operators(graph), ElementsAre("reshape", "conv_2d", "average_pool_2d", "reshape"));
  EXPECT_EQ(std::get<Conv2D>(graph.nodes[1].op).activation, Activation::relu6);
  EXPECT_THAT(values_of<float>(input_of(graph, 1, 2)), ElementsAre(0.5f, -13));
}

TEST(Onnx, FoldsTheArithmeticOfShapes) {
  OnnxModel model;
  model.input("x", {1, 2, 6}).constant<int64_t>("zero", {1}, {0}).constant<int64_t>("rest", {1}, {-1});
  model.node("Shape", {"x"}, {"s"}).node("Slice", {"s", "zero", "one"}, {"first"});
  model.constant<int64_t>("one", {1}, {1})
      .node("Concat", {"first", "rest"}, {"shape"})
      .with("axis", int64_t{0});
  const Graph graph = model.node("Reshape", {"x", "shape"}, {"y"}).output("y").read();
  EXPECT_EQ(graph[graph.outputs.at(0)].shape, (Shape{1, 12}));
  EXPECT_THAT(operators(graph), ElementsAre("reshape"));
}

TEST(Onnx, PutsATranspositionBeforeADenseLayerIntoItsWeights) {
  OnnxModel model;
  model.input("x", {1, 2, 2, 3})
      .node("Transpose", {"x"}, {"t"})
      .with("perm", std::vector<int64_t>{0, 3, 1, 2});
  model.constant<float>("w", {1, 12}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).node("Flatten", {"t"}, {"f"});
  const Graph graph = model.node("Gemm", {"f", "w"}, {"y"}).with("transB", int64_t{1}).output("y").read();
  ASSERT_THAT(operators(graph), ElementsAre("reshape", "fully_connected"));
  EXPECT_THAT(values_of<float>(input_of(graph, 1, 1)), ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
}

TEST(Onnx, PadsWherePaddingIsNeitherSameNorValid) {
  OnnxModel model;
  model.input("x", {1, 1, 8, 8}).weights("w", {1, 1, 3, 3}).node("Conv", {"x", "w"}, {"y"});
  model.with("pads", std::vector<int64_t>{1, 1, 1, 1}).with("strides", std::vector<int64_t>{2, 2});
  const Graph graph = model.node("GlobalAveragePool", {"y"}, {"p"}).output("p").read();
  ASSERT_THAT(operators(graph), ElementsAre("reshape", "pad", "conv_2d", "average_pool_2d"));
  EXPECT_EQ(std::get<Pad>(graph.nodes[1].op).before, (std::vector<int32_t>{0, 1, 1, 0}));
  EXPECT_EQ(std::get<Pad>(graph.nodes[1].op).after, (std::vector<int32_t>{0, 0, 0, 0}));
  EXPECT_EQ(std::get<Conv2D>(graph.nodes[2].op).padding, Padding::valid);
}

TEST(Onnx, TakesASymbolicBatchAsOne) {
  OnnxModel model;
  model.input("x", {7, 3}).weights("w", {3, 2}).node("MatMul", {"x", "w"}, {"y"}).output("y");
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_param("batch");
  EXPECT_EQ(model.read()[model.read().inputs.at(0)].shape, (Shape{1, 3}));
}

TEST(Onnx, JoinsASumToTheMatrixProductBeforeIt) {
  OnnxModel model;
  model.input("x", {1, 3}).constant<float>("w", {3, 2}, {1, 2, 3, 4, 5, 6}).constant<float>("b", {2}, {7, 8});
  const Graph graph =
      model.node("MatMul", {"x", "w"}, {"y"}).node("Add", {"b", "y"}, {"z"}).output("z").read();
  ASSERT_THAT(operators(graph), ElementsAre("fully_connected"));
  EXPECT_THAT(values_of<float>(input_of(graph, 0, 1)), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(values_of<float>(input_of(graph, 0, 2)), ElementsAre(7, 8));
}

TEST(Onnx, PutsTheGatesOfAnLstmInOurOrder) {
  OnnxModel model;
  model.input("x", {1, 2, 1}).node("Transpose", {"x"}, {"t"}).with("perm", std::vector<int64_t>{1, 0, 2});
  // Input, output, forget, cell.
  model.constant<float>("w", {1, 4, 1}, {1, 2, 3, 4}).constant<float>("r", {1, 4, 1}, {5, 6, 7, 8});
  model.constant<float>("b", {1, 8}, {1, 2, 3, 4, 10, 20, 30, 40});
  model.node("LSTM", {"t", "w", "r", "b"}, {"y"}).with("hidden_size", int64_t{1});
  model.constant<int64_t>("one", {1}, {1}).node("Squeeze", {"y", "one"}, {"s"});
  const Graph graph =
      model.node("Transpose", {"s"}, {"z"}).with("perm", std::vector<int64_t>{1, 0, 2}).output("z").read();
  ASSERT_THAT(operators(graph), ElementsAre("lstm"));
  std::vector<float> all;
  for (size_t i = 1; i <= 12; ++i) all.push_back(input_of(graph, 0, i).values<float>()[0]);
  EXPECT_THAT(all, ElementsAre(1, 3, 4, 2, 5, 7, 8, 6, 11, 33, 44, 22));
}

TEST(Onnx, RefusesRecurrentLayersThatAreOthers) {
  const auto error = [](const std::string& op, const std::function<void(OnnxModel&)>& change) {
    const int64_t gates = op == "LSTM" ? 4 : 3;
    OnnxModel model;
    model.input("x", {1, 1, 2}).weights("w", {1, gates, 2}).weights("r", {1, gates, 1});
    model.node(op, {"x", "w", "r"}, {"y", "h"});
    change(model);
    return model.output("y").error();
  };
  EXPECT_EQ(error("LSTM", [](auto&) {}), "");
  EXPECT_THAT(error("LSTM", [](auto& m) { m.with("direction", "bidirectional"); }),
              HasSubstr("parameters of 1x4x2, not 2x4x2"));
  EXPECT_THAT(error("LSTM", [](auto& m) { m.with("direction", "sideways"); }),
              HasSubstr("direction is sideways"));
  EXPECT_THAT(error("LSTM", [](auto& m) { m.with("clip", 3.0f); }), HasSubstr("the attribute clip"));
  EXPECT_THAT(error("GRU", [](auto&) {}), HasSubstr("reset_after"));
  EXPECT_EQ(error("GRU", [](auto& m) { m.with("linear_before_reset", int64_t{1}); }), "");
}

}  // namespace
}  // namespace tinyml::formats
