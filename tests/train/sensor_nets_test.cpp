// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "tinyml/ops/operator.h"
#include "tinyml/ops/streaming.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/architectures.h"
#include "tinyml/train/loss.h"
#include "tinyml/train/regression.h"

namespace tinyml::train {
namespace {

const char* const kNets[] = {
    "cnn_1d", "cnn_1d_ordered", "cnn_1d_separable", "cnn_1d_dilated", "lstm", "gru", "conv_lstm", "dense"};

/// Two channels; the class says which of them leads the other.
Examples chases(size_t count, uint64_t seed) {
  Examples examples;
  for (size_t i = 0; i < count; ++i) examples.classes.push_back(static_cast<int32_t>(i % 2));
  examples.fill = [seed](size_t i, Random*, std::span<float> input) {
    Random random = Random(seed).fork(i);
    const double phase = random.uniform(0, 6.28), lead = i % 2 ? 0.8 : -0.8;
    for (size_t t = 0; t < input.size() / 2; ++t) {
      input[2 * t] = static_cast<float>(std::sin(0.5 * static_cast<double>(t) + phase));
      input[2 * t + 1] = static_cast<float>(std::sin(0.5 * static_cast<double>(t) + phase + lead));
      input[2 * t] += static_cast<float>(0.2 * random.normal());
    }
  };
  return examples;
}

/// Windows of a sum of two sines of random phase.
Series waves(size_t count, uint64_t seed) {
  Series series;
  series.count = count;
  series.fill = [seed](size_t i, Random*, std::span<float> input) {
    Random random = Random(seed).fork(i);
    const double a = random.uniform(0, 6.28), b = random.uniform(0, 6.28);
    for (size_t t = 0; t < input.size(); ++t) {
      input[t] = static_cast<float>(std::sin(0.4 * static_cast<double>(t) + a) +
                                    0.5 * std::sin(0.9 * static_cast<double>(t) + b));
    }
  };
  return series;
}

TrainOptions short_training() {
  TrainOptions options;
  options.epochs = 15;
  options.batch = 16;
  options.learning_rate = 1e-2;
  options.mixup = 0;
  options.seed = 4;
  return options;
}

void expect_same_parameters(const Graph& a, const Graph& b) {
  for (size_t t = 0; t < a.tensors.size(); ++t) {
    if (a.tensors[t].is_constant()) {
      EXPECT_EQ(*a.tensors[t].data, *b.tensors[t].data) << a.tensors[t].name;
    }
  }
}

TEST(SensorNets, LearnToTellOrderInTime) {
  ThreadPool pool(1);
  for (const char* name : kNets) {
    const Graph net = build_architecture(name, {1, 30, 2, 1}, 2, 1);
    const Training result = train(net, chases(256, 1), chases(64, 2), {0, 1}, short_training(), pool);
    EXPECT_GT(result.epochs.at(static_cast<size_t>(result.best_epoch)).validation_accuracy, 0.9) << name;
  }
}

TEST(SensorNets, GrowWithTheirSize) {
  for (const char* name : kNets) {
    int64_t before = 0;
    for (const NetSize size : {NetSize{4, 1}, NetSize{8, 1}, NetSize{8, 2}, NetSize{16, 3}}) {
      Graph net = build_architecture(name, {1, 64, 3, 1}, 4, 1, size);
      ops::infer(net);
      EXPECT_EQ(net[net.outputs[0]].shape, (Shape{1, 4}));
      const int64_t work = ops::macs(net);
      EXPECT_GT(work, before) << name;
      before = work;
    }
  }
}

TEST(SensorNets, AcceptShortWindows) {
  for (const char* name : kNets) {
    for (const Shape& input : {Shape{1, 3, 1, 1}, Shape{1, 7, 2, 1}, Shape{1, 200, 9, 1}}) {
      Graph net = build_architecture(name, input, 1, 1);
      ops::infer(net);
      EXPECT_EQ(net[net.outputs[0]].shape, (Shape{1, 1})) << name;
    }
  }
  EXPECT_THROW(build_architecture("cnn_1d_dilated", {1, 2, 1, 1}, 2, 1), Error);
}

TEST(SensorNets, OnlyRecurrentOnesStream) {
  for (const std::string name : kNets) {
    const Graph net = build_architecture(name, {1, 30, 2, 1}, 2, 1);
    try {
      const Graph streaming = ops::make_streaming(net);
      EXPECT_TRUE(name == "lstm" || name == "gru") << name;
      EXPECT_EQ(streaming[streaming.inputs[0]].shape, (Shape{1, 1, 2, 1}));
    } catch (const Error& error) {
      EXPECT_TRUE(name != "lstm" && name != "gru") << name;
      const std::string layer = name == "dense" ? "fully_connected" : "reshape";
      EXPECT_EQ(error.what(),
                "layer 0 (" + layer +
                    ") cannot answer step by step: it takes several steps at once; take lstm or gru");
    }
  }
}

TEST(SensorNets, AutoencodersLearnToRepeatTheirInput) {
  ThreadPool pool(1);
  for (const char* name : {"autoencoder", "conv_autoencoder"}) {
    const Graph net = build_autoencoder(name, {1, 24, 1, 1}, 1, {24, 1, 4});
    TrainOptions options = short_training();
    options.epochs = 40;
    options.weight_decay = 0;
    const Training result = train_regression(net, waves(256, 1), waves(64, 2), options, pool);
    // The waves' power is 0.625.
    EXPECT_LT(result.epochs.at(static_cast<size_t>(result.best_epoch)).validation_loss, 0.08) << name;
    const auto answers = predict_values(result.graph, waves(5, 2), pool);
    ASSERT_EQ(answers.size(), 5u);
    std::vector<float> input(24);
    waves(5, 2).fill(3, nullptr, input);
    EXPECT_LT(mean_squared_error(answers[3], input, {}), 0.3);
  }
  EXPECT_THROW(build_autoencoder("lstm", {1, 8, 1, 1}, 1), Error);
}

TEST(SensorNets, AnLstmLearnsToForecast) {
  ThreadPool pool(1);
  const auto forecast = [](size_t count, uint64_t seed) {
    Series series = waves(count, seed);
    // How the last value came about: what follows is then a matter of one addition.
    series.target = [](size_t, std::span<const float> input, std::span<float> target) {
      target[0] = input[input.size() - 1] - input[input.size() - 2];
    };
    return series;
  };
  const Graph net = build_architecture("lstm", {1, 20, 1, 1}, 1, 1, {12, 1, 0, 0});
  TrainOptions options = short_training();
  options.epochs = 30;
  const Training result = train_regression(net, forecast(256, 1), forecast(64, 2), options, pool);
  // The differences' power is 0.17.
  EXPECT_LT(result.epochs.at(static_cast<size_t>(result.best_epoch)).validation_loss, 0.01);
}

TEST(SensorNets, SameBytesForAnyNumberOfThreads) {
  TrainOptions options = short_training();
  options.epochs = 2;
  std::vector<Graph> classifiers, forecasters;
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    const Graph net = build_architecture("lstm", {1, 18, 2, 1}, 2, 1, {9, 2});
    classifiers.push_back(train(net, chases(70, 1), chases(20, 2), {0, 1}, options, pool).graph);
    forecasters.push_back(train_regression(build_autoencoder("conv_autoencoder", {1, 24, 1, 1}, 1),
                                           waves(70, 1), {}, options, pool)
                              .graph);
  }
  for (size_t i = 1; i < classifiers.size(); ++i) {
    expect_same_parameters(classifiers[0], classifiers[i]);
    expect_same_parameters(forecasters[0], forecasters[i]);
  }
}

TEST(SensorNets, RefuseToRepeatAnInputOfAnotherSize) {
  ThreadPool pool(1);
  const Graph net = build_architecture("dense", {1, 4, 1, 1}, 3, 1);
  EXPECT_THROW(train_regression(net, waves(8, 1), {}, short_training(), pool), Error);
}

TEST(Loss, MeanSquaredErrorAndItsGradient) {
  const std::vector<float> outputs = {1, 2, 3, 4}, targets = {1, 0, 3.5f, 3};
  std::vector<float> gradient(4);
  EXPECT_DOUBLE_EQ(mean_squared_error(outputs, targets, gradient), (4 + 0.25 + 1) / 4);
  EXPECT_EQ(gradient, (std::vector<float>{0, 1, -0.25f, 0.5f}));
}

}  // namespace
}  // namespace tinyml::train
