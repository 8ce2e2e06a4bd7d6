// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/match_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tinyml/base/error.h"
#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/project/models/examples.h"
#include "tinyml/project/models/model_comparison.h"

namespace tinyml::project {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Convolutions with batch normalisation and ReLU as layers, a pool, a dense layer, softmax.
Graph unfolded(int convolutions, int channels = 4) {
  GraphBuilder build("net", 1);
  TensorId x = build.input("input", {1, 12, 12, 1});
  for (int i = 0; i < convolutions; ++i) x = build.conv_2d(x, channels, {3, 3});
  x = build.reshape(build.global_average_pool(x), {1, channels});
  return build.finish(build.softmax(build.dense(x, 3)));
}

std::vector<std::string> keys(const Graph& graph) {
  std::vector<std::string> found;
  for (const Layer& layer : layers_of(graph)) found.push_back(layer.key);
  return found;
}

TEST(MatchLayers, TakesWhatIsFoldedForOneLayer) {
  const Graph graph = unfolded(2);
  EXPECT_THAT(keys(graph),
              ElementsAre("conv_2d 12 12 4", "conv_2d 12 12 4", "mean 4", "fully_connected 3", "softmax 3"));
  EXPECT_EQ(keys(fold_for_inference(graph)), keys(graph));
}

TEST(MatchLayers, LeavesOutWhatOneModelLacks) {
  const auto pairs = match_layers(layers_of(unfolded(3)), layers_of(unfolded(2)));
  ASSERT_EQ(pairs.size(), 5u);
  EXPECT_THAT(pairs.back(), Pair(5, 4));
  EXPECT_THAT(match_layers(layers_of(unfolded(2, 4)), layers_of(unfolded(2, 8))),
              ElementsAre(Pair(3, 3), Pair(4, 4)));
  EXPECT_THAT(match_layers({}, layers_of(unfolded(1))), IsEmpty());
}

TEST(Relayout, KnowsChannelsFirstAndLast) {
  EXPECT_THAT(relayout({1, 2, 1, 3}, {1, 1, 3, 2}), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(relayout({1, 1, 3, 2}, {1, 2, 1, 3}), ElementsAre(0, 2, 4, 1, 3, 5));
  EXPECT_THAT(relayout({1, 490}, {1, 49, 10, 1}), IsEmpty());
  EXPECT_THAT(relayout({1, 4, 1, 1}, {1, 4}), IsEmpty());
  EXPECT_THROW(relayout({1, 4}, {1, 5}), Error);
}

TEST(CompareModels, FindsTheLayerThatDiffers) {
  const Graph a = fold_for_inference(unfolded(3));
  Graph b = a;
  Tensor& bias = b[b.nodes[1].inputs[2]];
  std::vector<float> moved(bias.values<float>().begin(), bias.values<float>().end());
  for (float& value : moved) value += 0.5f;
  bias.data = to_constant<float>(moved);
  quantize::Dataset dataset;
  dataset.count = 40;
  dataset.fill = [](size_t index, size_t, std::span<float> values) {
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>((index * 31 + i * 17) % 23) / 11.0f - 1;
  };
  ThreadPool one(1), three(3);
  const ModelComparison made = compare_models(a, b, dataset, one);
  ASSERT_EQ(made.layers.size(), 6u);
  EXPECT_EQ(made.layers[0].difference.largest, 0);
  EXPECT_EQ(made.falls_most, 1);
  EXPECT_FALSE(made.consecutive);
  EXPECT_EQ(to_json(compare_models(a, b, dataset, three)), to_json(made));
  EXPECT_EQ(compare_models(a, a, dataset, one).falls_most, -1);
}

}  // namespace
}  // namespace tinyml::project
