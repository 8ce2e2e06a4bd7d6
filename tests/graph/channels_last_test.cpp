// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/channels_last.h"

#include <gtest/gtest.h>

namespace tinyml {
namespace {

/// x -> transposed -> relu -> y, and more readers of x where `reader` says so.
Graph turned(Shape shape, std::vector<int32_t> permutation, bool reader) {
  Graph graph;
  Shape last;
  for (const int32_t axis : permutation) last.push_back(shape[static_cast<size_t>(axis)]);
  const TensorId x = graph.add({"x", DType::float32, shape, {}, nullptr});
  const TensorId t = graph.add({"t", DType::float32, last, {}, nullptr});
  const TensorId y = graph.add({"y", DType::float32, last, {}, nullptr});
  const TensorId z = graph.add({"z", DType::float32, shape, {}, nullptr});
  graph.nodes.push_back({Transpose{permutation}, {x}, {t}});
  graph.nodes.push_back({Relu{}, {t}, {y}});
  graph.inputs = {x};
  graph.outputs = {y};
  if (reader) {
    graph.nodes.push_back({Relu{}, {x}, {z}});
    graph.outputs.push_back(z);
  }
  verify(graph);
  return graph;
}

TEST(ChannelsLast, TakesTheTranspositionsOfInputsAway) {
  for (const auto& [shape, permutation, last] :
       {std::tuple{Shape{1, 3, 4, 5}, std::vector<int32_t>{0, 2, 3, 1}, Shape{1, 4, 5, 3}},
        std::tuple{Shape{1, 3, 4}, std::vector<int32_t>{0, 2, 1}, Shape{1, 4, 3}}}) {
    const Graph graph = with_channels_last_inputs(turned(shape, permutation, false));
    ASSERT_EQ(graph.nodes.size(), 1u);
    EXPECT_EQ(graph.nodes[0].inputs[0], graph.inputs[0]);
    EXPECT_EQ(graph[graph.inputs[0]].shape, last);
    verify(graph);
  }
}

TEST(ChannelsLast, LeavesOtherInputs) {
  EXPECT_EQ(with_channels_last_inputs(turned({1, 3, 4, 5}, {0, 3, 1, 2}, false)).nodes.size(), 2u);
  EXPECT_EQ(with_channels_last_inputs(turned({1, 3, 4, 5}, {0, 2, 3, 1}, true)).nodes.size(), 3u);
}

TEST(ChannelsLast, ReshapesOfOneChannelGoToo) {
  Graph graph = turned({1, 1, 4, 5}, {0, 2, 3, 1}, false);
  graph.nodes[0].op = Reshape{{1, 4, 5, 1}};
  const Graph last = with_channels_last_inputs(graph);
  EXPECT_EQ(last.nodes.size(), 1u);
  EXPECT_EQ(last[last.inputs[0]].shape, (Shape{1, 4, 5, 1}));
}

}  // namespace
}  // namespace tinyml
