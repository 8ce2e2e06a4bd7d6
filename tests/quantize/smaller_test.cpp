// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/smaller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/quantize/float_nets.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/quantize/dead_channels.h"
#include "tinyml/quantize/evaluation.h"
#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/optimize.h"
#include "tinyml/run/engine.h"

namespace tinyml::quantize {
namespace {

TEST(Float16, RoundsAsIeee754) {
  EXPECT_EQ(round_to_half(1.0f), 1.0f);
  EXPECT_EQ(round_to_half(1.0f + 0x1p-11f), 1.0f);
  EXPECT_EQ(round_to_half(1.0f + 0x1.8p-10f), 1.0f + 0x1p-9f);
  EXPECT_EQ(round_to_half(1.0f + 0x1.1p-11f), 1.0f + 0x1p-10f);
  EXPECT_EQ(round_to_half(0x1p-24f), 0x1p-24f);
  EXPECT_EQ(round_to_half(0x1p-26f), 0.0f);
  EXPECT_EQ(round_to_half(-70000.0f), -65504.0f);
  EXPECT_EQ(round_to_half(65504.0f), 65504.0f);
  EXPECT_EQ(round_to_half(0x1.008p-15f), 0x1.008p-15f);
}

TEST(Float16, FilesKeepHalfTheBytesAndTheSameNumbers) {
  GraphBuilder builder("dense", 3);
  const Graph net = builder.finish(builder.dense(builder.input("x", {1, 400}), 100));
  const Graph half = to_float16(net);
  const Bytes whole = formats::write_tflite(net), file = formats::write_tflite(half);
  EXPECT_LT(file.size(), whole.size() * 51 / 100 + 1024);
  const Graph read = formats::read_tflite(file);
  EXPECT_EQ(formats::write_tflite(read), file);
  ASSERT_EQ(read.nodes.size(), 1u);
  const auto a = half[half.nodes[0].inputs[1]].values<float>(),
             b = read[read.nodes[0].inputs[1]].values<float>();
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST(Cluster, LeavesSoManyValues) {
  const Graph net = small_net(), few = cluster(net, 8);
  for (const Node& node : few.nodes) {
    if (!has_layer_weights(few, node)) continue;
    const auto values = few[node.inputs[1]].values<float>();
    EXPECT_LE(std::set<float>(values.begin(), values.end()).size(), 8u);
  }
  ThreadPool pool(1);
  EXPECT_GT(Evaluation(net, noise(net, 16), pool).score(few).sqnr_db(), 10);
  EXPECT_THROW(cluster(net, 1), Error);
}

TEST(LowRank, SplitsADenseLayerOfLowRankExactly) {
  GraphBuilder builder("dense", 3);
  Graph net = builder.finish(builder.dense(builder.input("x", {1, 40}), 30, Activation::relu));
  const Node& dense = net.nodes[0];
  Random random(4);
  std::vector<float> weights(30 * 40);
  std::vector<double> u(60), v(80);
  for (double& value : u) value = random.normal();
  for (double& value : v) value = random.normal();
  for (size_t o = 0; o < 30; ++o) {
    for (size_t i = 0; i < 40; ++i) {
      weights[o * 40 + i] = static_cast<float>(u[o * 2] * v[i * 2] + u[o * 2 + 1] * v[i * 2 + 1]);
    }
  }
  net[dense.inputs[1]].data = to_constant<float>(weights);
  const Graph split = low_rank(net, 0.999999);
  ASSERT_EQ(split.nodes.size(), 2u);
  EXPECT_EQ(ops::macs(split), 2 * (40 + 30));
  ThreadPool pool(1);
  EXPECT_GT(Evaluation(net, noise(net, 16), pool).score(split).sqnr_db(), 100);
  EXPECT_EQ(low_rank(net, 1, 29).nodes.size(), 1u);
  EXPECT_THROW(low_rank(net, 0), Error);
}

TEST(Prune, ChannelsThatDoNothingGoWithoutATrace) {
  GraphBuilder builder("net", 3);
  TensorId x = builder.input("x", {1, 8, 8, 2});
  x = builder.conv_2d(x, 8, {3, 3});
  x = builder.depthwise_conv_2d(x, {3, 3});
  x = builder.max_pool_2d(x, {2, 2}, {2, 2});
  x = builder.reshape(x, {1, 4 * 4 * 8});
  Graph net = with_own_parameters(fold_for_inference(builder.finish(builder.dense(x, 5))));
  for (size_t layer = 0; layer < 2; ++layer) {
    LayerWeights weights(net, net.nodes[layer]);
    for (const size_t c : {1, 4, 5, 7}) weights.scale_output(c, 0);
    weights.store(net);
  }
  ThreadPool pool(1);
  const Graph pruned = prune(net, {}, {}, pool);
  EXPECT_EQ(pruned[pruned.nodes[0].outputs[0]].shape, (Shape{1, 8, 8, 4}));
  EXPECT_EQ(pruned[pruned.nodes[4].inputs[1]].shape, (Shape{5, 64}));
  EXPECT_GT(Evaluation(net, noise(net, 16), pool).score(pruned).sqnr_db(), 100);
  PruneOptions bad;
  bad.share = 1;
  EXPECT_THROW(prune(net, bad, {}, pool), Error);
}

TEST(Prune, TwoOfFourStayAndLearn) {
  const Graph net = prepare(small_net());
  ThreadPool pool(1);
  PruneOptions options;
  options.pattern = PruneOptions::Pattern::n_of_m;
  options.tuning.epochs = 0;
  const Dataset data = noise(net, 128);
  const Graph cut = prune(net, options, data, pool);
  options.tuning.epochs = 10;
  options.tuning.learning_rate = 3e-3;
  const Graph tuned = prune(net, options, data, pool);
  for (const Graph& graph : {cut, tuned}) {
    for (const Node& node : graph.nodes) {
      if (!has_layer_weights(graph, node) || name_of(node.op) == "depthwise_conv_2d") continue;
      const auto values = graph[node.inputs[1]].values<float>();
      const auto row = static_cast<size_t>(graph[node.inputs[1]].shape.back());
      for (size_t i = 0; i + 4 <= row; i += 4) {
        EXPECT_LE(4 - std::count(values.begin() + static_cast<long>(i),
                                 values.begin() + static_cast<long>(i) + 4, 0.0f),
                  2);
      }
    }
  }
  const Evaluation evaluation(net, data, pool);
  EXPECT_GT(evaluation.score(tuned).sqnr_db(), evaluation.score(cut).sqnr_db() + 1);
}

/// Channels of zeros whose bias is below, at and above 0, before padded and unpadded layers.
TEST(DeadChannels, FoldingIsBitIdentical) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    GraphBuilder builder("net", seed);
    const Padding padding = seed % 2 ? Padding::same : Padding::valid;
    TensorId x = builder.input("x", {1, 10, 10, 2});
    x = builder.conv_2d(x, 8, {3, 3}, {}, Activation::relu, padding);
    x = builder.depthwise_conv_2d(x, {3, 3}, {}, seed % 3 ? Activation::relu : Activation::none, padding);
    x = builder.conv_2d(x, 8, {1, 1}, {}, Activation::relu);
    x = builder.conv_2d(x, 6, {3, 3}, {}, Activation::relu, padding);
    x = builder.max_pool_2d(x, {2, 2}, {2, 2});
    const Shape s = builder.shape(x);
    x = builder.reshape(x, {1, s[1] * s[2] * s[3]});
    Graph net = with_own_parameters(fold_for_inference(builder.finish(builder.dense(x, 4))));
    Random random(seed);
    for (const size_t layer : {0, 1, 2, 3}) {
      LayerWeights weights(net, net.nodes[layer]);
      for (size_t c = 0; c < weights.outputs(); ++c) {
        if (random.uniform() < 0.5) continue;
        weights.scale_output(c, 0);
        weights.bias()[c] = static_cast<float>(random.below(3)) - 1;
      }
      weights.store(net);
    }
    ThreadPool pool(1);
    const Dataset data = noise(net, 20, seed);
    OptimizeOptions options;
    options.fold_dead_channels = false;
    const Graph whole = optimize(net, options, data, pool).graph, folded = fold_dead_channels(whole);
    verify(folded);
    EXPECT_LT(ops::macs(folded), ops::macs(whole));
    run::Engine a(whole), b(folded);
    for (size_t i = 0; i < 20; ++i) {
      std::vector<int8_t> input(200);
      for (int8_t& value : input) value = static_cast<int8_t>(static_cast<int>(random.below(256)) - 128);
      EXPECT_EQ(a.run(input), b.run(input)) << seed;
    }
  }
}

}  // namespace
}  // namespace tinyml::quantize
