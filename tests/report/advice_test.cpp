// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/nets.h"

namespace tinyml::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Rule = std::vector<Advice>(const Graph&, const Inspection&);

std::vector<Advice> ask(Rule rule, const Graph& graph, const std::string& board = "arduino_nano33_ble") {
  return rule(graph, inspect(graph, {.path = "my net.tflite", .board = board}));
}

/// One finding that says `what` and `to_do`, of the layer.
void expect_one(const std::vector<Advice>& found, int32_t layer, const char* what, const char* to_do) {
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].layer, layer);
  EXPECT_THAT(found[0].what, HasSubstr(what));
  EXPECT_THAT(found[0].to_do, HasSubstr(to_do));
}

Graph int8_convolutions(int count, int32_t channels, Extent kernel) {
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", {1, 16, 16, channels});
  for (int i = 0; i < count; ++i) x = build.conv_2d(x, channels, kernel);
  return to_int8(fold_for_inference(build.finish(x)));
}

TEST(Advice, Int8) {
  EXPECT_THAT(ask(advise_int8, int8_net()), IsEmpty());
  expect_one(ask(advise_int8, float_net()), -1, "computes in float32",
             "tinyml quantize 'my net.tflite' --data samples.npy --out 'my net_int8.tflite'");
}

TEST(Advice, Kernels) {
  EXPECT_THAT(ask(advise_kernels, int8_net()), IsEmpty());
  EXPECT_THAT(ask(advise_kernels, unfolded_net()), IsEmpty());  // quantizing serves them
  Graph graph = int8_net();
  graph[graph.nodes[0].inputs[1]].quantization.zero_points[0] = 3;
  const auto found = ask(advise_kernels, graph);
  expect_one(found, 0, "no device kernel serves layer 0 (conv_2d)", "replace the layer");
}

TEST(Advice, Board) {
  EXPECT_THAT(ask(advise_board, int8_net()), IsEmpty());
  GraphBuilder build("net", 1);
  const TensorId x = build.input("input", {1, 1, 1, 1200});
  const auto found = ask(advise_board, to_int8(build.finish(build.dense(x, 1200))));
  expect_one(found, -1, "of flash; arduino_nano33_ble has 1024.0 KB", "tinyml boards");
  const auto ram = ask(advise_board, int8_convolutions(1, 1100, {1, 1}), "raspberry_pi_pico");
  ASSERT_THAT(ram, SizeIs(1));
  EXPECT_EQ(ram[0].rule, "ram");
}

TEST(Advice, BatchNorm) {
  EXPECT_THAT(ask(advise_batch_norm, float_net()), IsEmpty());
  expect_one(ask(advise_batch_norm, unfolded_net()), 1, "2 batch normalisations are a layer of their own",
             "tinyml import");
  Graph graph = float_net();
  const TensorId x = graph.nodes[0].outputs[0];
  const Shape shape = graph[x].shape;
  const std::vector<float> ones(static_cast<size_t>(elements(shape)), 1);
  const auto constant = [&] { return graph.add({"c", DType::float32, shape, {}, to_constant<float>(ones)}); };
  const TensorId factor = constant(), offset = constant();
  const TensorId product = graph.add({"product", DType::float32, shape, {}, nullptr});
  const TensorId sum = graph.add({"sum", DType::float32, shape, {}, nullptr});
  graph.nodes[1].inputs[0] = sum;
  graph.nodes.insert(graph.nodes.begin() + 1,
                     {Node{Mul{}, {x, factor}, {product}}, Node{Add{}, {product, offset}, {sum}}});
  expect_one(advise_batch_norm(graph, {}), 1, "1 batch normalisation is a layer of its own",
             "inference mode");
}

TEST(Advice, Depthwise) {
  EXPECT_THAT(ask(advise_depthwise, int8_convolutions(2, 32, {1, 1})), IsEmpty());
  EXPECT_THAT(ask(advise_depthwise, int8_convolutions(2, 4, {3, 3})), IsEmpty());
  expect_one(
      ask(advise_depthwise, int8_convolutions(2, 32, {3, 3})), 0,
      "2 convolutions over space and channels at once take 4.7 million MACs (100.0 % of all); a depthwise "
      "and a 1x1 convolution in place of each would take 671,744",
      "depthwise_conv_2d");
}

TEST(Advice, Depth) {
  EXPECT_THAT(ask(advise_depth, int8_convolutions(3, 8, {3, 3})), IsEmpty());
  expect_one(ask(advise_depth, int8_convolutions(4, 8, {3, 3})), 3,
             "4 layers are the same conv_2d 1x16x16x8 -> 1x16x16x8, with 100.0 % of the MACs",
             "saves 147,456 MACs");
}

TEST(Advice, Macs) {
  EXPECT_THAT(ask(advise_macs, int8_convolutions(4, 8, {3, 3})), IsEmpty());
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", {1, 16, 16, 8});
  x = build.conv_2d(build.conv_2d(x, 8, {1, 1}), 8, {5, 5});
  const Graph graph = to_int8(fold_for_inference(build.finish(build.conv_2d(x, 8, {1, 1}))));
  expect_one(ask(advise_macs, graph), 1, "layer 1 (conv_2d 1x16x16x8 -> 1x16x16x8) takes 92.6 % of the MACs",
             "larger stride");
}

TEST(Advice, Ram) {
  EXPECT_THAT(ask(advise_ram, int8_convolutions(4, 32, {3, 3})), IsEmpty());
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", {1, 64, 64, 3});
  x = build.conv_2d(x, 16, {3, 3}, {2, 2});
  for (int i = 0; i < 5; ++i) x = build.conv_2d(x, 4, {3, 3}, {2, 2});
  expect_one(ask(advise_ram, to_int8(fold_for_inference(build.finish(x)))), 1, "layer 1 (conv_2d",
             "these layers alone set the RAM");
}

TEST(Advice, DeadChannels) {
  EXPECT_THAT(ask(advise_dead_channels, int8_net()), IsEmpty());
  Graph graph = int8_convolutions(2, 8, {3, 3});
  Tensor& weights = graph[graph.nodes[1].inputs[1]];
  std::vector<uint8_t> bytes = *weights.data;
  std::fill(bytes.begin() + 72, bytes.begin() + 4 * 72, uint8_t{0});
  weights.data = std::make_shared<const std::vector<uint8_t>>(bytes);
  expect_one(ask(advise_dead_channels, graph), 1, "3 of 16 output channels have no weight but zero",
             "fold_dead_channels");
}

TEST(Advice, DeadChannelsOfDepthwiseLayers) {
  Graph graph = int8_net();
  Tensor& weights = graph[graph.nodes[1].inputs[1]];
  std::vector<uint8_t> bytes = *weights.data;
  for (size_t i = 2; i < bytes.size(); i += 4) bytes[i] = 0;
  weights.data = std::make_shared<const std::vector<uint8_t>>(bytes);
  expect_one(ask(advise_dead_channels, graph), 1, "1 of 11 output channels", "fold_dead_channels");
}

TEST(Advice, Measuring) {
  const auto found = ask(advise_measuring, int8_net());
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].to_do, "tinyml profile 'my net.tflite' --board arduino_nano33_ble");
  EXPECT_THAT(found[1].what, HasSubstr("has not run on the chip"));
  EXPECT_THAT(ask(advise_measuring, float_net())[0].to_do,
              HasSubstr("once it is quantized: tinyml profile 'my net_int8.tflite'"));
}

}  // namespace
}  // namespace tinyml::report
