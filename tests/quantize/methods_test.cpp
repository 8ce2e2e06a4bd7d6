// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/quantize/float_nets.h"
#include "tinyml/quantize/equalize.h"
#include "tinyml/quantize/evaluation.h"
#include "tinyml/quantize/float_runner.h"
#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/optimize.h"

namespace tinyml::quantize {
namespace {

/// A convolution, a depthwise one and a dense layer whose channels differ by orders of magnitude, which the
/// next layer undoes.
Graph uneven_net() {
  GraphBuilder builder("uneven", 3);
  TensorId x = builder.input("x", {1, 8, 8, 3});
  x = builder.conv_2d(x, 8, {3, 3}, {}, Activation::relu);
  x = builder.depthwise_conv_2d(x, {3, 3}, {}, Activation::relu);
  x = builder.conv_2d(x, 6, {1, 1}, {}, Activation::none);
  Graph net = with_own_parameters(fold_for_inference(builder.finish(x)));
  Random random(5);
  for (size_t i = 0; i + 1 < net.nodes.size(); ++i) {
    LayerWeights a(net, net.nodes[i]), b(net, net.nodes[i + 1]);
    for (size_t c = 0; c < a.outputs(); ++c) {
      const auto factor = static_cast<float>(std::exp2(random.uniform(-5, 5)));
      a.scale_output(c, factor);
      b.scale_input(c, 1 / factor);
    }
    a.store(net);
    b.store(net);
  }
  return net;
}

TEST(Equalize, KeepsTheFunctionAndSavesUnevenChannels) {
  const Graph net = uneven_net(), even = equalize(net);
  ThreadPool pool(1);
  const Dataset data = noise(net, 32);
  const Evaluation evaluation(net, data, pool);
  EXPECT_GT(evaluation.score(even).sqnr_db(), 100);
  OptimizeOptions plain, equalized;
  equalized.equalize = true;
  const double before = evaluation.score(optimize(net, plain, data, pool).graph).sqnr_db();
  const double after = evaluation.score(optimize(net, equalized, data, pool).graph).sqnr_db();
  EXPECT_LT(before, 25);
  EXPECT_GT(after, before + 8);
  for (size_t i = 0; i + 1 < even.nodes.size(); ++i) {
    const LayerWeights a(even, even.nodes[i]), b(even, even.nodes[i + 1]);
    for (size_t c = 0; c < a.outputs(); ++c) {
      EXPECT_NEAR(a.largest_of_output(c) / b.largest_of_input(c), 1, 0.05) << i << ' ' << c;
    }
  }
}

TEST(Equalize, ReachesThroughPools) {
  GraphBuilder builder("net", 3);
  TensorId x = builder.conv_2d(builder.input("x", {1, 8, 8, 2}), 6, {3, 3}, {}, Activation::relu);
  x = builder.average_pool_2d(builder.max_pool_2d(x, {2, 2}, {2, 2}), {2, 2}, {1, 1});
  Graph net = with_own_parameters(fold_for_inference(builder.finish(builder.conv_2d(x, 4, {1, 1}))));
  LayerWeights first(net, net.nodes[0]);
  for (size_t c = 0; c < first.outputs(); ++c) first.scale_output(c, std::exp2(static_cast<float>(2 * c)));
  first.store(net);
  const Graph even = equalize(net);
  ThreadPool pool(1);
  const Dataset data = noise(net, 16);
  EXPECT_GT(Evaluation(net, data, pool).score(even).sqnr_db(), 100);
  const LayerWeights a(even, even.nodes[0]), b(even, even.nodes[3]);
  for (size_t c = 0; c < a.outputs(); ++c) {
    EXPECT_NEAR(a.largest_of_output(c) / b.largest_of_input(c), 1, 0.05) << c;
  }
}

TEST(Equalize, LeavesDeadChannelsAlone) {
  Graph net = uneven_net();
  LayerWeights first(net, net.nodes[0]);
  first.scale_output(0, 1e-20f);
  first.store(net);
  const Graph even = equalize(net);
  const LayerWeights a(even, even.nodes[0]), b(even, even.nodes[1]);
  EXPECT_EQ(a.largest_of_output(0), first.largest_of_output(0));
  EXPECT_GT(b.largest_of_input(0), 0.01f);
  EXPECT_LT(b.largest_of_input(0), 100.0f);
}

TEST(BiasCorrection, TakesTheMeanErrorAway) {
  const Graph net = prepare(small_net());
  ThreadPool pool(1);
  const Dataset data = noise(net, 32);
  const std::vector<Range> ranges = calibrate(net, data, {}, pool);
  const Graph corrected = correct_biases(net, ranges, {}, data, pool);
  std::vector<Range> more = ranges;
  more.insert(more.begin() + static_cast<std::ptrdiff_t>(net.tensors.size()),
              corrected.tensors.size() - net.tensors.size(), Range{});
  const auto mean_error = [&](const Graph& quantized) {
    const Node& layer = net.nodes[2];
    double worst = 0;
    const TensorId id = layer.outputs[0];
    std::vector<double> sums(static_cast<size_t>(net[id].shape.back()));
    run::Engine exact(net), rounded(quantized);
    for (size_t i = 0; i < data.count; ++i) {
      std::vector<float> input(static_cast<size_t>(elements(net[net.inputs[0]].shape)));
      data.fill(i, 0, input);
      exact.run({to_bytes(net[net.inputs[0]], input)});
      rounded.run({to_bytes(quantized[quantized.inputs[0]], input)});
      std::vector<float> a(static_cast<size_t>(elements(net[id].shape))), b(a.size());
      to_real(net[id], exact.activation(id), a);
      to_real(quantized[id], rounded.activation(id), b);
      for (size_t k = 0; k < a.size(); ++k) sums[k % sums.size()] += static_cast<double>(a[k] - b[k]);
    }
    for (const double sum : sums) worst += std::fabs(sum);
    return worst;
  };
  EXPECT_LT(mean_error(quantize(corrected, more)), 0.5 * mean_error(quantize(net, ranges)));
}

TEST(Int16x8, WidensActivationsAndBiases) {
  const Graph net = small_net();
  ThreadPool pool(1);
  OptimizeOptions options;
  options.method = Method::int16x8;
  const Dataset data = noise(net, 32);
  const Optimized made = optimize(net, options, data, pool);
  EXPECT_GT(made.report.sqnr_db, 40);
  for (const LayerReport& layer : made.report.layers) EXPECT_EQ(layer.type, "int16");
  EXPECT_EQ(made.graph[made.graph.inputs[0]].dtype, DType::int16);
  for (const Node& node : made.graph.nodes) {
    if (name_of(node.op) != "conv_2d") continue;
    EXPECT_EQ(made.graph[node.inputs[1]].dtype, DType::int8);
    EXPECT_EQ(made.graph[node.inputs[2]].dtype, DType::int64);
  }
}

TEST(Mixed, WidensOnlyWhatTheLimitNeeds) {
  const Graph net = small_net();
  ThreadPool pool(1);
  const Dataset data = noise(net, 32);
  const double int8 = optimize(net, {}, data, pool).report.sqnr_db;
  OptimizeOptions options;
  options.method = Method::mixed;
  options.mixed.least_sqnr_db = int8 - 3;
  const Optimized same = optimize(net, options, data, pool);
  EXPECT_EQ(same.report.notes.at(0), "no layer needs int16x8");
  options.mixed.least_sqnr_db = int8 + 2;
  const Optimized some = optimize(net, options, data, pool);
  std::vector<std::string> types;
  for (const LayerReport& layer : some.report.layers) types.push_back(layer.type);
  EXPECT_GT(std::count(types.begin(), types.end(), "int16"), 0);
  EXPECT_GT(std::count(types.begin(), types.end(), "int8"), 0);
  EXPECT_GT(some.report.sqnr_db, int8 + 1);
  options.mixed.least_sqnr_db = 190;
  const Optimized all = optimize(net, options, data, pool);
  EXPECT_NE(all.report.notes.back().find("not kept"), std::string::npos);
}

/// Inputs whose class shows in where they are largest.
Dataset spots(size_t count, uint64_t seed) {
  Dataset data{count, [seed](size_t index, size_t, std::span<float> values) {
                 Random random = Random(seed).fork(index);
                 for (float& value : values) value = static_cast<float>(0.8 * random.normal());
                 const size_t part = values.size() / 5;
                 for (size_t i = 0; i < part; ++i) values[index % 5 * part + i] += 1;
               }};
  for (size_t i = 0; i < count; ++i) data.classes.push_back(static_cast<int32_t>(i % 5));
  return data;
}

TEST(Aware, TrainingRecoversWhatRoundingLoses) {
  GraphBuilder builder("stress", 7);
  TensorId x = builder.input("x", {1, 100});
  x = builder.dense(builder.dense(x, 16, Activation::relu), 16, Activation::relu);
  Graph net = builder.finish(builder.softmax(builder.dense(x, 5)));
  ThreadPool pool(1);
  const Dataset train = spots(600, 1), test = spots(500, 2);
  struct Free : Constraint {
    void apply(run::FloatEngine&) override {}
  } free;
  TuneOptions learn;
  learn.epochs = 20;
  learn.learning_rate = 5e-3;
  learn.teacher = 0;
  net = tune(net, train, learn, free, pool);
  // The same function with channels that differ by orders of magnitude, which one scale a layer cannot hold.
  LayerWeights first(net, net.nodes[0]), next(net, net.nodes[1]);
  Random random(3);
  for (size_t c = 0; c < 16; ++c) {
    const auto factor = static_cast<float>(std::exp2(random.uniform(-5, 5)));
    first.scale_output(c, factor);
    next.scale_input(c, 1 / factor);
  }
  first.store(net);
  next.store(net);
  const Evaluation evaluation(net, test, pool);
  OptimizeOptions options;
  const double exact = evaluation.reference_accuracy();
  const double rounded = evaluation.score(optimize(net, options, train, pool).graph).accuracy;
  options.method = Method::int8_qat;
  options.tuning.epochs = 20;
  options.tuning.learning_rate = 2e-3;
  const double aware = evaluation.score(optimize(net, options, train, pool).graph).accuracy;
  EXPECT_LT(rounded, exact - 0.02);
  EXPECT_GE(aware, rounded + (exact - rounded) / 2) << exact << ' ' << rounded << ' ' << aware;
}

TEST(Aware, TrainsTowardsItsOwnAnswersWithoutLabels) {
  const Graph net = small_net();
  ThreadPool pool(1);
  OptimizeOptions options;
  options.method = Method::int8_qat;
  options.tuning.epochs = 2;
  const Optimized made = optimize(net, options, noise(net, 64), pool);
  EXPECT_GT(made.report.sqnr_db, 20);
  EXPECT_EQ(made.report.method, "int8_qat");
  const Optimized again = optimize(net, options, noise(net, 64), pool);
  EXPECT_EQ(again.report.sqnr_db, made.report.sqnr_db);
}

}  // namespace
}  // namespace tinyml::quantize
