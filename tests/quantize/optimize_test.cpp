// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/optimize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/quantize/float_nets.h"
#include "tinyml/graph/builder.h"
#include "tinyml/quantize/post_training.h"
#include "tinyml/run/engine.h"

namespace tinyml::quantize {
namespace {

TEST(Optimize, Int8KeepsWhatAConvolutionalNetComputes) {
  const Graph net = small_net();
  ThreadPool pool(1);
  const Optimized made = optimize(net, {}, noise(net, 64), pool);
  verify(made.graph);
  EXPECT_GT(made.report.sqnr_db, 25);
  EXPECT_EQ(made.report.method, "int8");
  EXPECT_EQ(made.report.examples, 64u);
  EXPECT_EQ(made.report.layers.size(), prepare(net).nodes.size());
  EXPECT_FALSE(made.report.worst_layer.empty());
  for (const LayerReport& layer : made.report.layers) {
    EXPECT_GT(layer.own_sqnr_db, 25) << layer.name;
    EXPECT_EQ(layer.type, "int8");
    EXPECT_LE(layer.saturated, 0.01);
  }
  EXPECT_EQ(made.graph[made.graph.inputs[0]].dtype, DType::int8);
  EXPECT_EQ(made.graph[made.graph.outputs[0]].dtype, DType::int8);
}

/// A graph of operators by hand, all of [1, 4, 4, 8].
struct Nodes {
  Graph graph;

  TensorId value(const std::string& name, Shape shape = {1, 4, 4, 8}) {
    return graph.add({name, DType::float32, std::move(shape), {}, nullptr});
  }
  TensorId constant(const std::string& name, Shape shape, uint64_t seed) {
    Random random(seed);
    std::vector<float> values(static_cast<size_t>(elements(shape)));
    for (float& v : values) v = static_cast<float>(random.uniform(-1, 1));
    return graph.add({name, DType::float32, std::move(shape), {}, to_constant<float>(values)});
  }
  TensorId add(Operator op, std::vector<TensorId> inputs, const std::string& name,
               Shape shape = {1, 4, 4, 8}) {
    const TensorId out = value(name, std::move(shape));
    graph.nodes.push_back({std::move(op), std::move(inputs), {out}});
    return out;
  }
};

const Quantization& parameters(const Graph& graph, TensorId id) { return graph[id].quantization; }

TEST(Optimize, TheReportNamesTheLayerThatHurts) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  const std::vector<float> nearly_one{0.96f, 0.97f, 0.98f, 0.99f, 0.965f, 0.975f, 0.985f, 0.955f};
  const TensorId factor = n.graph.add({"factor", DType::float32, {8}, {}, to_constant<float>(nearly_one)});
  const TensorId scaled = n.add(Mul{}, {x, factor}, "scaled");
  const TensorId difference = n.add(Sub{}, {x, scaled}, "difference");
  n.graph.outputs = {n.add(Add{}, {x, difference}, "sum")};
  ThreadPool pool(1);
  const Optimized made = optimize(n.graph, {}, noise(n.graph, 32), pool);
  EXPECT_EQ(made.report.worst_layer, "difference");
  EXPECT_LT(made.report.layers[1].own_sqnr_db, 20);
  EXPECT_GT(made.report.layers[0].own_sqnr_db, 35);
}

TEST(Optimize, JoinedTensorsShareTheirParameters) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  const TensorId half = n.add(Mul{}, {x, n.constant("factor", {8}, 3)}, "half");
  const TensorId joined = n.add(Concatenation{3}, {x, half}, "joined", {1, 4, 4, 16});
  const TensorId pooled = n.add(MaxPool2D{2, 2, 2, 2}, {joined}, "pooled", {1, 2, 2, 16});
  n.graph.outputs = {pooled};
  ThreadPool pool(1);
  const Graph q = quantize(n.graph, calibrate(n.graph, noise(n.graph, 32), {}, pool));
  EXPECT_EQ(q.nodes.size(), 3u);
  EXPECT_EQ(parameters(q, x), parameters(q, half));
  EXPECT_EQ(parameters(q, x), parameters(q, joined));
  EXPECT_EQ(parameters(q, x), parameters(q, pooled));
  EXPECT_GT(compare(n.graph, q, noise(n.graph, 32), pool).sqnr_db, 30);
}

TEST(Optimize, WhatIsLaidDownIsPutOnTheJointScale) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  const TensorId gate = n.add(Unary{UnaryKind::logistic}, {x}, "gate");
  const TensorId wide = n.add(Add{}, {x, x}, "wide");
  const TensorId joined = n.add(Concatenation{3}, {gate, wide}, "joined", {1, 4, 4, 16});
  const TensorId both = n.add(Concatenation{3}, {gate, gate}, "both", {1, 4, 4, 16});
  n.graph.outputs = {joined, both};
  ThreadPool pool(1);
  const Graph q = quantize(n.graph, calibrate(n.graph, noise(n.graph, 32), {}, pool));
  EXPECT_EQ(parameters(q, gate).scale(), 1.0f / 256);
  EXPECT_EQ(parameters(q, both), parameters(q, gate));
  EXPECT_EQ(parameters(q, joined), parameters(q, wide));
  EXPECT_EQ(q.nodes.size(), n.graph.nodes.size() + 1);
  EXPECT_EQ(name_of(q.nodes[2].op), "quantize");
  const Report report = compare(n.graph, q, noise(n.graph, 32), pool);
  for (const LayerReport& layer : report.layers) EXPECT_GT(layer.sqnr_db, 30) << layer.name;
}

TEST(Optimize, ArithmeticTakesConstants) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  TensorId y = n.add(Mul{}, {x, n.constant("factor", {8}, 3)}, "scaled");
  y = n.add(Add{}, {n.constant("offset", {1, 4, 4, 8}, 4), y}, "moved");
  y = n.add(Binary{BinaryKind::maximum}, {y, n.constant("floor", {8}, 5)}, "above");
  y = n.add(Unary{UnaryKind::hard_swish}, {y}, "swish");
  y = n.add(Reduction{ReductionKind::mean, {1, 2}, false}, {y}, "mean", {1, 8});
  y = n.add(LogSoftmax{}, {y}, "scores", {1, 8});
  const TensorId best = n.graph.add({"best", DType::int32, {1}, {}, nullptr});
  n.graph.nodes.push_back({ArgExtremum{true, 1}, {y}, {best}});
  n.graph.outputs = {y, best};
  ThreadPool pool(1);
  const Dataset dataset = noise(n.graph, 32);
  const Optimized made = optimize(n.graph, {}, dataset, pool);
  for (const LayerReport& layer : made.report.layers) EXPECT_GT(layer.own_sqnr_db, 20) << layer.name;
  EXPECT_GT(made.report.sqnr_db, 25);
}

TEST(Optimize, Int16ActivationsAreFarFiner) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  n.graph.outputs = {n.add(Add{}, {x, n.add(Mul{}, {x, x}, "square")}, "sum")};
  ThreadPool pool(1);
  OptimizeOptions options;
  options.method = Method::int16x8;
  const Dataset data = noise(n.graph, 16);
  EXPECT_GT(optimize(n.graph, options, data, pool).report.sqnr_db,
            optimize(n.graph, {}, data, pool).report.sqnr_db + 30);
}

TEST(Optimize, AStandaloneBatchNormIsArithmetic) {
  GraphBuilder builder("net", 4);
  TensorId x = builder.input("x", {1, 6, 6, 3});
  Graph net = builder.finish(builder.max_pool_2d(x, {2, 2}, {2, 2}));
  Nodes n{net};
  const TensorId gamma = n.constant("gamma", {3}, 1), beta = n.constant("beta", {3}, 2);
  const std::vector<float> one{1, 2, 3};
  const TensorId mean = n.constant("mean", {3}, 3);
  const TensorId variance = n.graph.add({"variance", DType::float32, {3}, {}, to_constant<float>(one)});
  const TensorId y =
      n.add(BatchNorm{}, {n.graph.outputs[0], gamma, beta, mean, variance}, "norm", {1, 3, 3, 3});
  n.graph.outputs = {y};
  ThreadPool pool(1);
  const Optimized made = optimize(n.graph, {}, noise(n.graph, 16), pool);
  EXPECT_EQ(made.graph.nodes.size(), 3u);
  const Graph exact = prepare(n.graph);
  run::Engine by_norm(n.graph), by_arithmetic(exact);
  std::vector<float> input(6 * 6 * 3);
  noise(n.graph, 1).fill(0, 0, input);
  const Bytes bytes(reinterpret_cast<uint8_t*>(input.data()),
                    reinterpret_cast<uint8_t*>(input.data() + input.size()));
  const Bytes a = by_norm.run(std::vector<Bytes>{bytes})[0],
              b = by_arithmetic.run(std::vector<Bytes>{bytes})[0];
  for (size_t i = 0; i < a.size() / sizeof(float); ++i) {
    EXPECT_NEAR(reinterpret_cast<const float*>(a.data())[i], reinterpret_cast<const float*>(b.data())[i],
                1e-5);
  }
}

Bytes random_input(uint64_t seed, size_t size) {
  Random random(seed);
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

TEST(Optimize, LeavesOutWhatNeverMatters) {
  GraphBuilder builder("net", 4);
  TensorId x = builder.conv_2d(builder.input("x", {1, 6, 6, 3}), 8, {3, 3}, {}, Activation::relu);
  x = builder.conv_2d(x, 4, {1, 1}, {}, Activation::relu);
  Graph net = fold_for_inference(builder.finish(x));
  // Half of the channels are constant, as training with weight decay leaves them.
  Tensor& weights = net[net.nodes[0].inputs[1]];
  std::vector<float> values(weights.values<float>().begin(), weights.values<float>().end());
  std::fill(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), 0.0f);
  weights.data = to_constant<float>(values);
  ThreadPool pool(1);
  OptimizeOptions whole;
  whole.fold_dead_channels = false;
  const Optimized a = optimize(net, whole, noise(net, 16), pool), b = optimize(net, {}, noise(net, 16), pool);
  ASSERT_EQ(b.report.notes.size(), 1u);
  EXPECT_NE(b.report.notes[0].find("never matter"), std::string::npos) << b.report.notes[0];
  EXPECT_TRUE(a.report.notes.empty());
  EXPECT_EQ(a.report.sqnr_db, b.report.sqnr_db);
  run::Engine first(a.graph), second(b.graph);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<Bytes> input{random_input(seed, 6 * 6 * 3)};
    EXPECT_EQ(first.run(input), second.run(input));
  }
}

TEST(Optimize, NothingIsSaidOfFoldingWhereAllMatters) {
  const Graph net = small_net();
  ThreadPool pool(1);
  EXPECT_TRUE(optimize(net, {}, noise(net, 16), pool).report.notes.empty());
}

TEST(Optimize, JoinedNamesBecomeShort) {
  Nodes n;
  const TensorId x = n.value("x;features", {1, 8});
  n.graph.inputs = {x};
  const auto dense = [&](TensorId from, const std::string& name) {
    const TensorId weights = n.constant(name + "1/weights", {8, 8}, 5),
                   bias = n.constant(name + "1/bias", {8}, 6);
    return n.add(FullyConnected{}, {from, weights, bias}, name, {1, 8});
  };
  const TensorId a = dense(x, "net/relu;net/norm;net/dense");
  const TensorId b = dense(a, "net/relu;net/norm_1;net/dense_1");
  const TensorId c = dense(b, "plain");
  n.graph.outputs = {dense(c, "net/out;net/dense_3")};
  ThreadPool pool(1);
  const Optimized made = optimize(n.graph, {}, noise(n.graph, 8), pool);
  std::vector<std::string> names;
  for (const Node& node : made.graph.nodes) {
    for (const TensorId id : node.inputs) names.push_back(made.graph[id].name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "x;features", "net/relu/weights", "net/relu/bias", "net/relu",
                       "net/relu;net/norm_1;net/dense_11/weights", "net/relu;net/norm_1;net/dense_11/bias",
                       "net/relu;net/norm_1;net/dense_1", "plain1/weights", "plain1/bias", "plain",
                       "net/out;net/dense_31/weights", "net/out;net/dense_31/bias"}));
  EXPECT_EQ(made.graph[made.graph.outputs[0]].name, "net/out;net/dense_3");
  EXPECT_EQ(made.report.layers[0].name, "net/relu");
}

TEST(Optimize, TakesDynamicRangeModels) {
  Nodes n;
  const TensorId x = n.value("x", {1, 8});
  n.graph.inputs = {x};
  std::vector<int8_t> steps(32);
  for (size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<int8_t>(37 * i % 255 - 127);
  const TensorId weights =
      n.graph.add({"weights", DType::int8, {4, 8}, {{0.01f}, {0}, 0}, to_constant<int8_t>(steps)});
  n.graph.outputs = {n.add(FullyConnected{}, {x, weights, n.constant("bias", {4}, 3)}, "scores", {1, 4})};
  ThreadPool pool(1);
  const Optimized made = optimize(n.graph, {}, noise(n.graph, 32), pool);
  EXPECT_GT(made.report.sqnr_db, 35);
  EXPECT_EQ(made.graph[made.graph.outputs[0]].dtype, DType::int8);
  const auto kept = made.graph[made.graph.nodes[0].inputs[1]].values<int8_t>();
  EXPECT_EQ(std::vector<int8_t>(kept.begin(), kept.end()), steps);
}

void expect_error(const Graph& net, const Dataset& dataset, const std::string& words) {
  ThreadPool pool(1);
  try {
    optimize(net, {}, dataset, pool);
    ADD_FAILURE() << "no error with \"" << words << '"';
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(Optimize, RefusesWhatMakesNoSense) {
  const Graph net = small_net();
  Dataset good = noise(net, 8);
  expect_error(net, {}, "no representative examples");
  const auto with = [&](float value) {
    return Dataset{4, [value](size_t, size_t, std::span<float> values) {
                     std::fill(values.begin(), values.end(), value);
                   }};
  };
  expect_error(net, with(0.5f), "are all 0.5");
  expect_error(net, with(NAN), "nan");
  expect_error(net, with(INFINITY), "inf");
  good.classes = {0, 1};
  expect_error(net, good, "2 labels for 8 examples");
  good.classes.assign(8, 99);
  expect_error(net, good, "label 99");
  ThreadPool pool(1);
  expect_error(optimize(net, {}, noise(net, 8), pool).graph, noise(net, 8), "quantized already");
  EXPECT_THROW(parse_method("int9"), Error);
}

TEST(Optimize, NamesTheLayerWithoutAForm) {
  Nodes n;
  const TensorId x = n.value("x", {1, 4});
  n.graph.inputs = {x};
  n.graph.outputs = {
      n.add(Svdf{}, {x, n.constant("features", {2, 4}, 1), n.constant("time", {2, 3}, 2)}, "memory", {1, 2})};
  ThreadPool pool(1);
  try {
    quantize(n.graph, std::vector<Range>(n.graph.tensors.size()));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("svdf, \"memory\""), std::string::npos) << error.what();
  }
}

TEST(Optimize, AnyNumberOfThreadsGivesTheSame) {
  Nodes n;
  const TensorId x = n.value("x");
  n.graph.inputs = {x};
  n.graph.outputs = {n.add(Mul{}, {x, n.constant("factor", {8}, 3)}, "scaled")};
  ThreadPool one(1), three(3);
  const Optimized a = optimize(n.graph, {}, noise(n.graph, 5), one),
                  b = optimize(n.graph, {}, noise(n.graph, 5), three);
  ASSERT_EQ(a.graph.tensors.size(), b.graph.tensors.size());
  for (size_t i = 0; i < a.graph.tensors.size(); ++i) {
    EXPECT_EQ(a.graph.tensors[i].quantization, b.graph.tensors[i].quantization);
  }
  EXPECT_EQ(a.report.sqnr_db, b.report.sqnr_db);
}

}  // namespace
}  // namespace tinyml::quantize
