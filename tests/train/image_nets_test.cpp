// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/image_nets.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/transfer.h"

namespace tinyml::train {
namespace {

int64_t parameters_of(const Graph& graph) {
  int64_t sum = 0;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.is_constant()) sum += elements(tensor.shape);
  }
  return sum;
}

TEST(ImageNets, HaveTheWorkThatTheirPapersGive) {
  const auto folded = [](const char* name, Shape input, double width, int32_t classes) {
    return fold_for_inference(build_image_net(name, input, classes, 1, {width, 0.2}));
  };
  // MLPerf Tiny's visual wake words net: 7,489,664 MACs with its two classes.
  EXPECT_EQ(ops::macs(folded("mobilenet_v1", {1, 96, 96, 3}, 0.25, 2)), 7489664);
  // Table 4 of the MobileNetV2 paper: 300 M MACs, 3.4 M parameters.
  const Graph v2 = folded("mobilenet_v2", {1, 224, 224, 3}, 1, 1000);
  EXPECT_NEAR(static_cast<double>(ops::macs(v2)), 300e6, 2e6);
  EXPECT_NEAR(static_cast<double>(parameters_of(v2)), 3.49e6, 0.03e6);
  const int64_t tiny = parameters_of(folded("mobilenet_v2_tiny", {1, 96, 96, 3}, 1, 5));
  EXPECT_GT(tiny, 9500);
  EXPECT_LT(tiny, 11500);
}

TEST(ImageNets, TakePicturesOfAnyShape) {
  for (const Architecture& architecture : image_architectures()) {
    for (const Shape& input : {Shape{1, 16, 16, 1}, Shape{1, 48, 64, 3}, Shape{1, 33, 31, 3}}) {
      SCOPED_TRACE(architecture.name + " of " + to_string(input));
      const Graph net = build_image_net(architecture.name, input, 3, 1, {0.25, 0});
      ThreadPool pool(1);
      run::FloatEngine engine(net, 2, pool);
      engine.forward(false);
      for (const float value : engine.output()) EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(ImageNets, AreRefusedInOneLine) {
  const auto error_of = [](const char* name, const Shape& input, double width) -> std::string {
    try {
      build_image_net(name, input, 3, 1, {width, 0});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      return error.what();
    }
    return "";
  };
  EXPECT_NE(error_of("mobilenet_v3", {1, 96, 96, 3}, 1).find("mobilenet_v2"), std::string::npos);
  EXPECT_NE(error_of("cnn_2d", {1, 8, 96, 3}, 1).find("at least 16 x 16"), std::string::npos);
  EXPECT_NE(error_of("cnn_2d", {1, 96, 96, 3}, 0).find("width"), std::string::npos);
}

/// Pictures of one of two colours.
Examples coloured(size_t count) {
  Examples examples;
  for (size_t i = 0; i < count; ++i) examples.classes.push_back(static_cast<int32_t>(i % 2));
  examples.fill = [](size_t example, Random*, std::span<float> input) {
    Random noise(example);
    for (size_t i = 0; i < input.size(); ++i) {
      const bool lit = i % 3 == example % 2;
      input[i] = static_cast<float>((lit ? 0.4 : -0.2) + 0.2 * noise.normal());
    }
  };
  return examples;
}

TEST(Transfer, LearnsFromTheFeaturesOfAnotherNet) {
  const Graph source = fold_for_inference(build_image_net("cnn_2d_strided", {1, 32, 32, 3}, 7, 5, {0.25, 0}));
  const Graph backbone = backbone_of(source);
  EXPECT_EQ(backbone[backbone.outputs[0]].shape, (Shape{1, 32}));
  EXPECT_EQ(backbone.inputs.size(), 1u);
  ThreadPool pool(1);
  const Examples examples = coloured(32);
  TrainOptions options;
  options.epochs = 100;
  options.learning_rate = 0.05;
  options.batch = 8;
  options.mixup = 0;
  const Training head =
      train(build_head(32, 2, 0, 1), features_of(backbone, examples, 0, 1, pool), {}, {0, 1}, options, pool);
  const Graph net = joined(backbone, head.graph);
  const auto scores = predict(net, examples, pool);
  int right = 0;
  for (size_t i = 0; i < scores.size(); ++i) right += (scores[i][1] > 0.5f) == (i % 2 == 1);
  EXPECT_GE(right, 30);
  // The backbone's own constants are as they were.
  for (const Tensor& tensor : backbone.tensors) {
    if (!tensor.is_constant()) continue;
    const bool kept = std::any_of(net.tensors.begin(), net.tensors.end(), [&](const Tensor& other) {
      return other.name == tensor.name && other.is_constant() && *other.data == *tensor.data;
    });
    EXPECT_TRUE(kept) << tensor.name;
  }
}

TEST(Transfer, RefusesNetsWithoutALastLayer) {
  GraphBuilder net("bare", 1);
  const Graph graph = net.finish(net.max_pool_2d(net.input("x", {1, 8, 8, 3}), {2, 2}, {2, 2}));
  EXPECT_THROW(backbone_of(graph), Error);
}

}  // namespace
}  // namespace tinyml::train
