// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tinyml/kernels/optimizer.h"

namespace tinyml::train {
namespace {

double learning_rate_at(const TrainOptions& options, int64_t step, int64_t steps) {
  const double warm = std::max(1.0, options.warm_up * static_cast<double>(steps));
  if (static_cast<double>(step) < warm) return options.learning_rate * static_cast<double>(step + 1) / warm;
  const double t = (static_cast<double>(step) - warm) / std::max(1.0, static_cast<double>(steps) - warm);
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * t));
}

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

}  // namespace

Training fit(const Graph& net, Task& task, const TrainOptions& options, ThreadPool& pool) {
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const size_t count = task.count();
  TINYML_CHECK(count > 0);
  const int32_t batch = static_cast<int32_t>(std::min<size_t>(static_cast<size_t>(options.batch), count));

  run::FloatEngine engine(net, batch, pool);
  Stepper stepper(engine, options);
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
      task.make_batch({&order[first], static_cast<size_t>(batch)},
                      {&partners[first], static_cast<size_t>(batch)},
                      epoch_random.fork(static_cast<uint64_t>(i)), engine.input());
      engine.forward(true, random.fork(~static_cast<uint64_t>(step)).next(), batch);
      row.loss += task.loss(engine.output(), engine.output_gradient());
      engine.backward();
      row.learning_rate = learning_rate_at(options, step, steps);
      stepper.step(row.learning_rate);
    }
    row.loss /= static_cast<double>(steps_an_epoch);

    stepper.swap_average();
    task.validate(engine, row);
    const double score = task.has_validation() ? row.validation_loss : -epoch;
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
                        task.describe(row)});
    }
    if (options.patience > 0 && epoch - result.best_epoch >= options.patience) break;
  }
  result.seconds = elapsed();
  return result;
}

}  // namespace tinyml::train
