// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/trainer.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tinyml/kernels/optimizer.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/loss.h"

namespace tinyml::train {
namespace {

/// Beta(a, a) by Johnk (1964); a < 1 keeps the acceptance high.
double symmetric_beta(double a, Random& random) {
  for (;;) {
    const double x = std::pow(random.uniform(), 1 / a);
    const double y = std::pow(random.uniform(), 1 / a);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

double learning_rate_at(const TrainOptions& options, int64_t step, int64_t steps) {
  const double warm = std::max(1.0, options.warm_up * static_cast<double>(steps));
  if (static_cast<double>(step) < warm) return options.learning_rate * static_cast<double>(step + 1) / warm;
  const double t = (static_cast<double>(step) - warm) / std::max(1.0, static_cast<double>(steps) - warm);
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * t));
}

/// Fills one batch: inputs, target distributions and weights.
class BatchMaker {
 public:
  BatchMaker(const Examples& examples, int classes, const TrainOptions& options)
      : examples_(examples), classes_(static_cast<size_t>(classes)), options_(options) {}

  void make(std::span<const size_t> chosen, std::span<const size_t> partners, const Random& random,
            std::span<float> inputs, ThreadPool& pool) {
    const size_t each = inputs.size() / chosen.size();
    targets.assign(chosen.size() * classes_, 0);
    weights.assign(chosen.size(), 1);
    pool.run(chosen.size(), [&](size_t row, int) {
      Random own = random.fork(row);
      const std::span<float> input = inputs.subspan(row * each, each);
      double share = 1;
      examples_.fill(chosen[row], &own, input);
      if (options_.mixup > 0) {
        share = symmetric_beta(options_.mixup, own);
        share = std::max(share, 1 - share);
        std::vector<float> other(each);
        examples_.fill(partners[row], &own, other);
        for (size_t i = 0; i < each; ++i) {
          input[i] = static_cast<float>(share * input[i] + (1 - share) * other[i]);
        }
      }
      put_target(row, examples_.classes[chosen[row]], share);
      if (share < 1) put_target(row, examples_.classes[partners[row]], 1 - share);
      const double smooth = options_.label_smoothing / static_cast<double>(classes_);
      for (size_t c = 0; c < classes_; ++c) {
        float& target = targets[row * classes_ + c];
        target = static_cast<float>(target * (1 - options_.label_smoothing) + smooth);
      }
      if (!options_.class_weights.empty()) {
        weights[row] =
            static_cast<float>(options_.class_weights[static_cast<size_t>(examples_.classes[chosen[row]])]);
      }
    });
  }

  std::vector<float> targets, weights;

 private:
  void put_target(size_t row, int32_t label, double share) {
    targets[row * classes_ + static_cast<size_t>(label)] += static_cast<float>(share);
  }

  const Examples& examples_;
  size_t classes_;
  const TrainOptions& options_;
};

class Stepper {
 public:
  Stepper(run::FloatEngine& engine, const TrainOptions& options)
      : engine_(engine),
        options_(options),
        first_(engine.parameters().size()),
        second_(engine.parameters().size()) {
    average_.assign(engine.parameters().begin(), engine.parameters().end());
    average_state_.assign(engine.state().begin(), engine.state().end());
  }

  void step(double rate) {
    ++steps_;
    const std::span<float> parameters = engine_.parameters();
    const std::span<const float> gradients = engine_.gradients();
    const auto count = static_cast<int64_t>(parameters.size());
    if (options_.optimizer == Optimizer::sgd) {
      const kernels::SgdStep update{static_cast<float>(rate), static_cast<float>(options_.momentum),
                                    static_cast<float>(options_.weight_decay)};
      kernels::sgd(update, gradients.data(), count, first_.data(), parameters.data());
    } else {
      kernels::AdamStep update;
      update.learning_rate = static_cast<float>(rate);
      update.weight_decay =
          static_cast<float>(options_.optimizer == Optimizer::adamw ? options_.weight_decay : 0);
      update.step = steps_;
      kernels::adam(update, gradients.data(), count, first_.data(), second_.data(), parameters.data());
    }
    // The average starts as a plain mean, so that short trainings are not held back by their first weights.
    const double decay =
        std::min(options_.averaging, static_cast<double>(steps_) / static_cast<double>(steps_ + 10));
    kernels::move_average(parameters.data(), count, static_cast<float>(decay), average_.data());
    kernels::move_average(engine_.state().data(), static_cast<int64_t>(average_state_.size()),
                          static_cast<float>(decay), average_state_.data());
  }

  /// Swaps the engine's weights with their average, there and back.
  void swap_average() {
    if (options_.averaging <= 0) return;
    std::swap_ranges(average_.begin(), average_.end(), engine_.parameters().begin());
    std::swap_ranges(average_state_.begin(), average_state_.end(), engine_.state().begin());
  }

 private:
  run::FloatEngine& engine_;
  const TrainOptions& options_;
  std::vector<float> first_, second_, average_, average_state_;
  int64_t steps_ = 0;
};

/// Calls visit(example, logits) for every example, without augmentation.
template <class Visit>
void for_each_logits(run::FloatEngine& engine, int32_t batch, const Examples& examples, ThreadPool& pool,
                     Visit visit) {
  const size_t classes = engine.output().size() / static_cast<size_t>(batch);
  const size_t each = engine.input().size() / static_cast<size_t>(batch);
  const size_t total = examples.classes.size();
  for (size_t first = 0; first < total; first += static_cast<size_t>(batch)) {
    check_interrupt();
    const size_t used = std::min(static_cast<size_t>(batch), total - first);
    pool.run(used, [&](size_t i, int) {
      examples.fill(first + i, nullptr, engine.input().subspan(i * each, each));
    });
    engine.forward(false, 0, static_cast<int32_t>(used));
    for (size_t i = 0; i < used; ++i) visit(first + i, engine.output().subspan(i * classes, classes));
  }
}

struct Validation {
  double loss = 0, accuracy = 0;
};

Validation validate(run::FloatEngine& engine, int32_t batch, const Examples& examples,
                    const std::vector<int32_t>& label_of_class, ThreadPool& pool) {
  double loss = 0;
  size_t right = 0;
  for_each_logits(engine, batch, examples, pool, [&](size_t example, std::span<const float> logits) {
    std::vector<float> p(logits.begin(), logits.end());
    softmax(p, static_cast<int>(p.size()));
    const int32_t truth = label_of_class.at(static_cast<size_t>(examples.classes[example]));
    double of_label = 1e-12;
    for (size_t c = 0; c < p.size(); ++c) {
      if (label_of_class[c] == truth) of_label += static_cast<double>(p[c]);
    }
    loss -= std::log(of_label);
    right += best_label(p, label_of_class) == truth;
  });
  const double n = static_cast<double>(examples.classes.size());
  return {loss / n, static_cast<double>(right) / n};
}

}  // namespace

int32_t best_label(std::span<const float> probabilities, const std::vector<int32_t>& label_of_class) {
  std::vector<float> sums;
  for (size_t c = 0; c < probabilities.size(); ++c) {
    const size_t label = static_cast<size_t>(label_of_class[c]);
    if (label >= sums.size()) sums.resize(label + 1);
    sums[label] += probabilities[c];
  }
  return static_cast<int32_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
}

Training train(const Graph& net, const Examples& training, const Examples& validation,
               const std::vector<int32_t>& label_of_class, const TrainOptions& options, ThreadPool& pool) {
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const size_t count = training.classes.size();
  const int classes = static_cast<int>(label_of_class.size());
  TINYML_CHECK(count > 0 && elements(net[net.outputs.at(0)].shape) == classes);
  const int32_t batch = static_cast<int32_t>(std::min<size_t>(static_cast<size_t>(options.batch), count));

  run::FloatEngine engine(net, batch, pool);
  Stepper stepper(engine, options);
  BatchMaker maker(training, classes, options);
  const Random random(options.seed);
  const int64_t steps_an_epoch = static_cast<int64_t>(count) / batch;
  const int64_t steps = steps_an_epoch * options.epochs;

  Training result{net, {}, 0, 0};
  double best = INFINITY;
  std::vector<size_t> order(count), partners(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::iota(partners.begin(), partners.end(), size_t{0});
  for (int32_t epoch = 0; epoch < options.epochs; ++epoch) {
    Random epoch_random = random.fork(static_cast<uint64_t>(epoch));
    shuffle(order, epoch_random);
    shuffle(partners, epoch_random);
    Epoch row;
    for (int64_t i = 0; i < steps_an_epoch; ++i) {
      check_interrupt();
      const int64_t step = epoch * steps_an_epoch + i;
      const size_t first = static_cast<size_t>(i * batch);
      maker.make({&order[first], static_cast<size_t>(batch)}, {&partners[first], static_cast<size_t>(batch)},
                 epoch_random.fork(static_cast<uint64_t>(i)), engine.input(), pool);
      engine.forward(true, random.fork(~static_cast<uint64_t>(step)).next(), batch);
      row.loss += softmax_cross_entropy(engine.output(), maker.targets, maker.weights, classes,
                                        engine.output_gradient());
      engine.backward();
      row.learning_rate = learning_rate_at(options, step, steps);
      stepper.step(row.learning_rate);
    }
    row.loss /= static_cast<double>(steps_an_epoch);

    stepper.swap_average();
    if (!validation.classes.empty()) {
      const Validation seen = validate(engine, batch, validation, label_of_class, pool);
      row.validation_loss = seen.loss;
      row.validation_accuracy = seen.accuracy;
    }
    const double score = validation.classes.empty() ? -epoch : row.validation_loss;
    if (score < best) {
      best = score;
      result.best_epoch = epoch;
      result.graph = engine.to_graph();
    }
    stepper.swap_average();
    result.epochs.push_back(row);
    if (options.progress) {
      const double done = epoch + 1;
      options.progress({"training", epoch + 1, options.epochs, elapsed() / done * (options.epochs - done),
                        fmt::format("loss {:.3f}  validation accuracy {:.1f} %", row.loss,
                                    100 * row.validation_accuracy)});
    }
    if (options.patience > 0 && epoch - result.best_epoch >= options.patience) break;
  }
  result.seconds = elapsed();
  return result;
}

std::vector<std::vector<float>> predict(const Graph& net, const Examples& examples, ThreadPool& pool) {
  std::vector<std::vector<float>> all(examples.classes.size());
  if (all.empty()) return all;
  const int32_t batch = static_cast<int32_t>(std::min<size_t>(64, all.size()));
  run::FloatEngine engine(net, batch, pool);
  for_each_logits(engine, batch, examples, pool, [&](size_t example, std::span<const float> logits) {
    all[example].assign(logits.begin(), logits.end());
    softmax(all[example], static_cast<int>(logits.size()));
  });
  return all;
}

}  // namespace tinyml::train
