// SPDX-License-Identifier: Apache-2.0
#include "tinyml/run/float_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/kernels/optimizer.h"

namespace tinyml {
namespace {

// Residual joins, strides, a reshape, dropout, pools: every road that a gradient takes here.
Graph small_net(float dropout) {
  GraphBuilder net("small", 3);
  TensorId x = net.input("x", {1, 12, 9, 1});
  x = net.conv_2d(x, 8, {5, 3}, {2, 1});
  x = net.max_pool_2d(x, {2, 2}, {1, 1});
  x = net.conv_2d(net.depthwise_conv_2d(x, {3, 3}, {1, 2}), 20, {1, 1}, {}, Activation::relu6);
  TensorId y =
      net.conv_2d(net.depthwise_conv_2d(x, {3, 1}, {}, Activation::none), 20, {1, 1}, {}, Activation::none);
  x = net.add(x, y, Activation::relu);
  x = net.add(x, x);
  x = net.reshape(x, {1, net.shape(x)[1], 1, net.shape(x)[2] * net.shape(x)[3]});
  if (dropout > 0) x = net.dropout(x, dropout);
  return net.finish(net.dense(net.global_average_pool(net.conv_2d(x, 10, {1, 1})), 4));
}

void fill(std::span<float> values, uint64_t seed) {
  Random random(seed);
  for (float& v : values) v = static_cast<float>(random.normal());
}

std::vector<float> trained(int threads, int32_t batch, int steps) {
  ThreadPool pool(threads);
  run::FloatEngine engine(small_net(0.3f), batch, pool);
  std::vector<float> m(engine.parameters().size()), v(m.size());
  for (int step = 1; step <= steps; ++step) {
    fill(engine.input(), static_cast<uint64_t>(step));
    engine.forward(true, static_cast<uint64_t>(step));
    fill(engine.output_gradient(), 100);
    engine.backward();
    kernels::AdamStep options;
    options.step = step;
    kernels::adam(options, engine.gradients().data(), static_cast<int64_t>(m.size()), m.data(), v.data(),
                  engine.parameters().data());
  }
  std::vector<float> all(engine.parameters().begin(), engine.parameters().end());
  all.insert(all.end(), engine.state().begin(), engine.state().end());
  return all;
}

TEST(FloatEngine, TrainsToTheSameBytesOnAnyNumberOfThreads) {
  for (const int32_t batch : {1, 7, 40}) {
    const std::vector<float> one = trained(1, batch, 5);
    for (const int threads : {2, 3}) {
      const std::vector<float> many = trained(threads, batch, 5);
      ASSERT_EQ(one.size(), many.size());
      EXPECT_EQ(std::memcmp(one.data(), many.data(), one.size() * sizeof(float)), 0)
          << threads << " threads, batch " << batch;
    }
  }
}

TEST(FloatEngine, GradientFollowsTheLossAlongItself) {
  ThreadPool pool(2);
  run::FloatEngine engine(small_net(0.3f), 6, pool);
  fill(engine.input(), 1);
  std::vector<float> projection(engine.output().size());
  fill(projection, 2);
  const auto loss = [&] {
    engine.forward(true, 5);
    double sum = 0;
    for (size_t i = 0; i < projection.size(); ++i) {
      sum += static_cast<double>(projection[i]) * static_cast<double>(engine.output()[i]);
    }
    return sum;
  };
  loss();
  std::copy(projection.begin(), projection.end(), engine.output_gradient().begin());
  engine.backward();
  const std::vector<float> gradient(engine.gradients().begin(), engine.gradients().end());
  const double norm = std::sqrt(kernels::square_sum(gradient.data(), static_cast<int64_t>(gradient.size())));
  ASSERT_GT(norm, 0.1);
  for (const TensorId id : engine.parameter_ids()) {
    const std::span<const float> own = engine.gradient(id);
    const double length = std::sqrt(kernels::square_sum(own.data(), static_cast<int64_t>(own.size())));
    if (length < 1e-3) continue;
    const std::vector<float> start(engine.parameter(id).begin(), engine.parameter(id).end());
    const double step = 2e-3;
    double slope = 0;
    for (const double sign : {1.0, -1.0}) {
      for (size_t i = 0; i < start.size(); ++i) {
        engine.parameter(id)[i] = static_cast<float>(static_cast<double>(start[i]) +
                                                     sign * step * static_cast<double>(own[i]) / length);
      }
      slope += sign * loss() / (2 * step);
    }
    std::copy(start.begin(), start.end(), engine.parameter(id).begin());
    EXPECT_NEAR(slope, length, 0.02 * length + 0.01) << small_net(0.3f)[id].name;
  }
}

TEST(FloatEngine, ComputesAPartOfABatchAlone) {
  ThreadPool pool(1);
  const Graph graph = small_net(0.3f);
  run::FloatEngine whole(graph, 8, pool), part(graph, 3, pool);
  fill(whole.input(), 1);
  std::copy_n(whole.input().begin(), part.input().size(), part.input().begin());
  for (run::FloatEngine* engine : {&whole, &part}) {
    engine->forward(true, 9, 3);
    fill(engine->output_gradient().first(12), 2);
    engine->backward();
  }
  EXPECT_EQ(std::memcmp(whole.output().data(), part.output().data(), part.output().size_bytes()), 0);
  EXPECT_EQ(std::memcmp(whole.gradients().data(), part.gradients().data(), part.gradients().size_bytes()), 0);
}

// After some steps, so that moving statistics, weights and biases all count.
TEST(FloatEngine, GivesBackAGraphThatComputesTheSameFoldedOrNot) {
  ThreadPool pool(1);
  run::FloatEngine engine(small_net(0.3f), 16, pool);
  fill(engine.input(), 1);
  std::vector<float> velocity(engine.parameters().size());
  for (int step = 0; step < 30; ++step) {
    engine.forward(true, 1);
    fill(engine.output_gradient(), 2);
    engine.backward();
    kernels::sgd({0.01f, 0.9f, 0}, engine.gradients().data(), static_cast<int64_t>(velocity.size()),
                 velocity.data(), engine.parameters().data());
  }
  engine.forward(false);
  const Graph graph = engine.to_graph();
  run::FloatEngine same(graph, 16, pool), folded(fold_for_inference(graph), 16, pool);
  for (run::FloatEngine* other : {&same, &folded}) {
    std::copy(engine.input().begin(), engine.input().end(), other->input().begin());
    other->forward(false);
  }
  EXPECT_EQ(std::memcmp(same.output().data(), engine.output().data(), engine.output().size_bytes()), 0);
  double largest = 0;
  for (const float v : engine.output()) largest = std::max(largest, std::abs(static_cast<double>(v)));
  ASSERT_GT(largest, 0.01);
  for (size_t i = 0; i < engine.output().size(); ++i) {
    EXPECT_NEAR(folded.output()[i], engine.output()[i], 1e-4 * largest);
  }
}

// One trainable layer of which nothing is left to chance.
Graph dropout_net(float rate) {
  GraphBuilder net("dropout", 1);
  return net.finish(net.dropout(net.input("x", {1, 1000}), rate));
}

TEST(FloatEngine, DropsAtTheRateAndOnlyInTraining) {
  ThreadPool pool(2);
  run::FloatEngine engine(dropout_net(0.25f), 40, pool);
  std::fill(engine.input().begin(), engine.input().end(), 3.0f);
  const auto dropped = [&](bool training, uint64_t seed) {
    engine.forward(training, seed);
    size_t zeros = 0;
    for (const float v : engine.output()) {
      zeros += v == 0;
      EXPECT_TRUE(v == 0 || v == (training ? 4.0f : 3.0f));
    }
    return std::pair(static_cast<double>(zeros) / 40000,
                     std::vector(engine.output().begin(), engine.output().end()));
  };
  EXPECT_EQ(dropped(false, 1).first, 0);
  const auto [rate, first] = dropped(true, 1);
  EXPECT_NEAR(rate, 0.25, 0.01);
  EXPECT_EQ(dropped(true, 1).second, first);
  EXPECT_NE(dropped(true, 2).second, first);
}

TEST(FloatEngine, MovesTheStatisticsOfBatchNorm) {
  Graph graph;
  const auto constant = [&](float value) {
    const std::vector<float> values{value};
    return graph.add({"c", DType::float32, {1}, {}, to_constant(std::span<const float>(values))});
  };
  graph.inputs = {graph.add({"x", DType::float32, {1, 1}, {}, nullptr})};
  Node node{BatchNorm{0.0f, 0.75f}, {0, constant(1), constant(0), constant(2), constant(3)}, {}};
  node.outputs = graph.outputs = {graph.add({"y", DType::float32, {1, 1}, {}, nullptr})};
  graph.nodes = {node};
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 4, pool);
  const std::vector<float> x{1, 3, 5, 7};  // mean 4, variance 5
  std::copy(x.begin(), x.end(), engine.input().begin());
  engine.forward(true);
  const Graph moved = engine.to_graph();
  EXPECT_FLOAT_EQ(moved[3].values<float>()[0], 0.75f * 2 + 0.25f * 4);
  EXPECT_FLOAT_EQ(moved[4].values<float>()[0], 0.75f * 3 + 0.25f * 5);
  EXPECT_FLOAT_EQ(engine.output()[0], -3 / std::sqrt(5.0f));
  engine.forward(false);
  EXPECT_FLOAT_EQ(engine.output()[0], -1.5f / std::sqrt(3.5f));
}

TEST(FloatEngine, RefusesWhatItCannotRun) {
  ThreadPool pool(1);
  Graph graph = dropout_net(0.5f);
  graph[graph.inputs[0]].dtype = DType::int8;
  EXPECT_THROW(run::FloatEngine(graph, 2, pool), Error);
}

}  // namespace
}  // namespace tinyml
