// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tinyml/graph/builder.h"
#include "tinyml/train/architectures.h"
#include "tinyml/train/loss.h"
#include "tinyml/train/metrics.h"

namespace tinyml::train {
namespace {

/// Two classes that differ in where a bump lies along time, in noise.
Examples bumps(size_t count, uint64_t seed) {
  Examples examples;
  for (size_t i = 0; i < count; ++i) examples.classes.push_back(static_cast<int32_t>(i % 2));
  examples.fill = [seed](size_t i, Random*, std::span<float> input) {
    Random random = Random(seed).fork(i);
    for (float& value : input) value = static_cast<float>(0.3 * random.normal());
    const size_t start = (i % 2 ? input.size() / 2 : 0) + random.below(input.size() / 4);
    for (size_t k = start; k < start + input.size() / 8; ++k) input[k] += 1.5f;
  };
  return examples;
}

TrainOptions short_training() {
  TrainOptions options;
  options.epochs = 12;
  options.batch = 16;
  options.seed = 4;
  return options;
}

TEST(Trainer, LearnsToTellTwoClassesApart) {
  ThreadPool pool(1);
  const Graph net = build_architecture("hybrid_small", {1, 24, 16, 1}, 2, 1);
  const Training result = train(net, bumps(128, 1), bumps(64, 2), {0, 1}, short_training(), pool);
  EXPECT_LT(result.epochs.back().loss, result.epochs.front().loss);
  EXPECT_GT(result.epochs.at(static_cast<size_t>(result.best_epoch)).validation_accuracy, 0.95);
}

TEST(Trainer, SameBytesForAnyNumberOfThreads) {
  const Graph net = build_architecture("ds_cnn", {1, 20, 10, 1}, 2, 1);
  std::vector<Graph> trained;
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    TrainOptions options = short_training();
    options.epochs = 2;
    trained.push_back(train(net, bumps(70, 1), bumps(20, 2), {0, 1}, options, pool).graph);
  }
  for (size_t i = 1; i < trained.size(); ++i) {
    for (size_t t = 0; t < net.tensors.size(); ++t) {
      if (net.tensors[t].is_constant()) {
        EXPECT_EQ(*trained[0].tensors[t].data, *trained[i].tensors[t].data) << net.tensors[t].name;
      }
    }
  }
}

TEST(Trainer, OptimizersAllReduceTheLoss) {
  ThreadPool pool(1);
  const Graph net = build_architecture("hybrid_small", {1, 24, 16, 1}, 2, 1);
  for (const Optimizer optimizer : {Optimizer::adamw, Optimizer::adam, Optimizer::sgd}) {
    TrainOptions options = short_training();
    options.optimizer = optimizer;
    if (optimizer == Optimizer::sgd) options.learning_rate = 0.05;
    const Training result = train(net, bumps(96, 1), {}, {0, 1}, options, pool);
    EXPECT_LT(result.epochs.back().loss, result.epochs.front().loss) << static_cast<int>(optimizer);
  }
}

TEST(Trainer, StopsWhenValidationStopsImproving) {
  ThreadPool pool(1);
  Examples noise = bumps(64, 1);
  noise.fill = [](size_t i, Random*, std::span<float> input) {
    Random random = Random(9).fork(i);
    for (float& value : input) value = static_cast<float>(random.normal());
  };
  TrainOptions options = short_training();
  options.epochs = 200;
  options.patience = 3;
  const Training result = train(build_architecture("tc_resnet", {1, 24, 16, 1}, 2, 1), noise, bumps(32, 2),
                                {0, 1}, options, pool);
  EXPECT_LT(result.epochs.size(), 200u);
  EXPECT_EQ(static_cast<int32_t>(result.epochs.size()), result.best_epoch + 1 + 3);
}

TEST(Trainer, InterruptsAtTheNextStep) {
  ThreadPool pool(1);
  TrainOptions options = short_training();
  options.progress = [](const Progress&) { request_interrupt(); };
  try {
    train(build_architecture("hybrid_small", {1, 24, 16, 1}, 2, 1), bumps(32, 1), {}, {0, 1}, options, pool);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  clear_interrupt();
}

TEST(Loss, GradientMatchesCentralDifferences) {
  const int classes = 5, rows = 3;
  Random random(1);
  std::vector<float> logits(15), targets(15), weights{1, 0.5f, 2}, gradient(15), ignored(15);
  for (float& x : logits) x = static_cast<float>(2 * random.normal());
  for (int r = 0; r < rows; ++r) {
    float sum = 0;
    for (int c = 0; c < classes; ++c)
      sum += targets[static_cast<size_t>(r * classes + c)] = static_cast<float>(random.uniform());
    for (int c = 0; c < classes; ++c) targets[static_cast<size_t>(r * classes + c)] /= sum;
  }
  softmax_cross_entropy(logits, targets, weights, classes, gradient);
  for (size_t i = 0; i < logits.size(); ++i) {
    std::vector<float> up = logits, down = logits;
    up[i] += 1e-2f;
    down[i] -= 1e-2f;
    const double slope = (softmax_cross_entropy(up, targets, weights, classes, ignored) -
                          softmax_cross_entropy(down, targets, weights, classes, ignored)) /
                         2e-2;
    EXPECT_NEAR(gradient[i], slope, 2e-4) << i;
  }
}

TEST(Metrics, ScoresByHand) {
  Confusion confusion({"a", "b", "c"});
  for (const auto& [truth, answer] :
       std::vector<std::pair<int, int>>{{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {1, 1}}) {
    confusion.add(truth, answer);
  }
  EXPECT_DOUBLE_EQ(confusion.accuracy(), 4.0 / 6);
  const auto scores = confusion.scores();
  EXPECT_DOUBLE_EQ(scores[0].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[0].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[0].f1, 2.0 / 3);
  EXPECT_EQ(scores[2].clips, 0);
  EXPECT_EQ(scores[2].recall, 0);
}

TEST(Architectures, UnknownNamesGetTheNearest) {
  try {
    build_architecture("hybird", {1, 49, 40, 1}, 3, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("hybrid"), std::string::npos) << error.what();
  }
}

TEST(Architectures, EveryOneBuildsForOddShapes) {
  for (const Architecture& architecture : architectures()) {
    for (const Shape& input :
         {Shape{1, 49, 40, 1}, Shape{1, 8, 8, 1}, Shape{1, 31, 13, 1}, Shape{1, 99, 64, 1}}) {
      const Graph net = build_architecture(architecture.name, input, 7, 1);
      EXPECT_EQ(net[net.outputs[0]].shape, (Shape{1, 7})) << architecture.name << to_string(input);
    }
  }
}

}  // namespace
}  // namespace tinyml::train
