// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/rewrites.h"

#include <gtest/gtest.h>

#include "tinyml/graph/builder.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {
namespace {

/// A net with every foldable thing, after a few training passes that moved its batch statistics.
Graph trained_net() {
  GraphBuilder net("net", 3);
  TensorId x = net.input("x", {1, 9, 7, 2});
  x = net.conv_2d(x, 6, {3, 3}, {2, 2});
  TensorId y = net.depthwise_conv_2d(x, {3, 3}, {}, Activation::none);
  x = net.add(x, net.conv_2d(y, 6, {1, 1}, {}, Activation::none), Activation::relu);
  x = net.dropout(net.global_average_pool(x), 0.3f);
  const Graph graph = net.finish(net.dense(x, 4));
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 8, pool);
  Random random(5);
  for (int step = 0; step < 20; ++step) {
    for (float& value : engine.input()) value = static_cast<float>(2 * random.normal() + 1);
    engine.forward(true, static_cast<uint64_t>(step));
  }
  return engine.to_graph();
}

TEST(Rewrites, FoldedNetComputesTheSame) {
  const Graph graph = trained_net();
  const Graph folded = fold_for_inference(graph);
  EXPECT_LT(folded.nodes.size(), graph.nodes.size());
  for (const Node& node : folded.nodes) {
    EXPECT_NE(name_of(node.op), "batch_norm");
    EXPECT_NE(name_of(node.op), "relu");
    EXPECT_NE(name_of(node.op), "dropout");
  }
  ThreadPool pool(1);
  run::FloatEngine before(graph, 4, pool), after(folded, 4, pool);
  Random random(6);
  for (size_t i = 0; i < before.input().size(); ++i) {
    before.input()[i] = after.input()[i] = static_cast<float>(random.normal());
  }
  before.forward(false);
  after.forward(false);
  for (size_t i = 0; i < before.output().size(); ++i) {
    EXPECT_NEAR(before.output()[i], after.output()[i], 2e-5f) << i;
  }
}

TEST(Rewrites, UnusedTensorsGo) {
  Graph graph = trained_net();
  graph.add({"unused", DType::float32, {3}, {}, nullptr});
  const Graph kept = without_unused_tensors(graph);
  EXPECT_EQ(kept.tensors.size() + 1, graph.tensors.size());
  verify(kept);
}

TEST(Rewrites, NormalisationWithoutALayerIsNamed) {
  GraphBuilder net("net", 1);
  const TensorId x = net.input("x", {1, 4, 4, 2});
  const TensorId pooled = net.max_pool_2d(x, {2, 2}, {2, 2});
  Graph graph = net.finish(net.conv_2d(pooled, 2, {1, 1}));
  for (Node& node : graph.nodes) {
    if (name_of(node.op) == "batch_norm") node.inputs[0] = pooled;
  }
  try {
    fold_for_inference(graph);
    FAIL() << "folded into a pooling layer";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find("batch_norm"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tinyml
