// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/tune.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tinyml/base/random.h"
#include "tinyml/kernels/optimizer.h"
#include "tinyml/quantize/evaluation.h"
#include "tinyml/train/loss.h"

namespace tinyml::quantize {
namespace {

enum class Loss { logits, probabilities, values };

/// What the net is trained towards.
class Targets {
 public:
  Targets(const Graph& net, bool stripped, const Dataset& dataset, double teacher, ThreadPool& pool)
      : teacher_(net, dataset, pool), dataset_(dataset), share_(dataset.classes.empty() ? 1 : teacher) {
    outputs_ = static_cast<size_t>(elements(net[net.outputs[0]].shape));
    if (stripped) {
      loss_ = Loss::logits;
    } else if (!dataset.classes.empty()) {
      loss_ = gives_probabilities() ? Loss::probabilities : Loss::logits;
    }
  }

  /// The mean loss; writes its gradient.
  double loss(std::span<const size_t> chosen, std::span<const float> outputs, std::span<float> gradient) {
    wanted_.assign(outputs.size(), 0);
    for (size_t row = 0; row < chosen.size(); ++row) {
      const std::span<float> wanted = std::span<float>(wanted_).subspan(row * outputs_, outputs_);
      const std::span<const float> taught = teacher_.answer(chosen[row]);
      std::copy(taught.begin(), taught.end(), wanted.begin());
      if (loss_ == Loss::values) continue;
      if (loss_ == Loss::logits) train::softmax(wanted, static_cast<int>(outputs_));
      for (float& value : wanted) value *= static_cast<float>(share_);
      if (share_ < 1)
        wanted[static_cast<size_t>(dataset_.classes[chosen[row]])] += static_cast<float>(1 - share_);
    }
    if (loss_ == Loss::values) return train::mean_squared_error(outputs, wanted_, gradient);
    if (loss_ == Loss::logits) {
      const std::vector<float> weights(chosen.size(), 1.0f);
      return train::softmax_cross_entropy(outputs, wanted_, weights, static_cast<int>(outputs_), gradient);
    }
    double sum = 0;
    const double rows = static_cast<double>(chosen.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      const double p = std::max(static_cast<double>(outputs[i]), 1e-5);
      sum -= static_cast<double>(wanted_[i]) * std::log(p);
      gradient[i] = static_cast<float>(-static_cast<double>(wanted_[i]) / p / rows);
    }
    return sum / rows;
  }

 private:
  bool gives_probabilities() const {
    for (size_t i = 0; i < std::min<size_t>(dataset_.count, 16); ++i) {
      double sum = 0;
      for (const float value : teacher_.answer(i)) {
        if (value < -1e-5f) return false;
        sum += static_cast<double>(value);
      }
      if (std::fabs(sum - 1) > 1e-3) return false;
    }
    return true;
  }

  Evaluation teacher_;
  const Dataset& dataset_;
  double share_;
  size_t outputs_ = 0;
  Loss loss_ = Loss::values;
  std::vector<float> wanted_;
};

void check(const TuneOptions& options) {
  const auto expect = [](bool good, const char* name, const char* limits, double value) {
    if (good) return;
    throw Error(ErrorKind::invalid_argument, fmt::format("{} is {}, not {}", name, limits, value));
  };
  expect(options.epochs >= 1, "epochs", "1 or more", options.epochs);
  expect(options.batch >= 1, "batch", "1 or more", options.batch);
  expect(options.learning_rate > 0 && options.learning_rate <= 1, "learning_rate", "above 0 and at most 1",
         options.learning_rate);
  expect(options.teacher >= 0 && options.teacher <= 1, "teacher", "a share from 0 to 1", options.teacher);
}

}  // namespace

Graph tune(const Graph& model, const Dataset& dataset, const TuneOptions& options, Constraint& constraint,
           ThreadPool& pool) {
  check(options);
  Graph net = model;
  const bool stripped = !net.nodes.empty() && std::holds_alternative<Softmax>(net.nodes.back().op) &&
                        net.outputs == net.nodes.back().outputs;
  const Node last = net.nodes.back();
  if (stripped) {
    net.outputs = {last.inputs[0]};
    net.nodes.pop_back();
  }
  Targets targets(net, stripped, dataset, options.teacher, pool);
  const auto batch =
      static_cast<size_t>(std::clamp<int64_t>(options.batch, 1, static_cast<int64_t>(dataset.count)));
  run::FloatEngine engine(net, static_cast<int32_t>(batch), pool);
  constraint.begin(engine);
  std::vector<float> master(engine.parameters().begin(), engine.parameters().end());
  std::vector<float> first(master.size()), second(master.size());
  const Random random(options.seed);
  std::vector<size_t> order(dataset.count);
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t steps_an_epoch = dataset.count / batch;
  const double steps = static_cast<double>(steps_an_epoch) * options.epochs;
  kernels::AdamStep update;
  for (int32_t epoch = 0; epoch < options.epochs; ++epoch) {
    Random epoch_random = random.fork(static_cast<uint64_t>(epoch));
    shuffle(order, epoch_random);
    double loss = 0;
    for (size_t i = 0; i < steps_an_epoch; ++i) {
      check_interrupt();
      const std::span<const size_t> chosen(&order[i * batch], batch);
      for (size_t input = 0; input < net.inputs.size(); ++input) {
        const std::span<float> all = engine.input(input);
        const size_t each = all.size() / batch;
        for (size_t row = 0; row < batch; ++row) {
          dataset.fill(chosen[row], input, all.subspan(row * each, each));
        }
        constraint.see_input(input, all);
      }
      std::copy(master.begin(), master.end(), engine.parameters().begin());
      constraint.apply(engine);
      engine.forward(true, epoch_random.fork(i).next(), static_cast<int32_t>(batch));
      loss += targets.loss(chosen, engine.output(), engine.output_gradient());
      engine.backward();
      ++update.step;
      update.learning_rate = static_cast<float>(
          options.learning_rate * 0.5 *
          (1 + std::cos(std::numbers::pi * (static_cast<double>(update.step) - 1) / std::max(1.0, steps))));
      kernels::adam(update, engine.gradients().data(), static_cast<int64_t>(master.size()), first.data(),
                    second.data(), master.data());
    }
    constraint.end_of_epoch(epoch, options.epochs);
    if (options.progress) {
      options.progress(
          {"tuning", epoch + 1, options.epochs, -1,
           fmt::format("loss {:.4f}", loss / static_cast<double>(std::max<size_t>(1, steps_an_epoch)))});
    }
  }
  std::copy(master.begin(), master.end(), engine.parameters().begin());
  engine.set_hooks({}, {});
  Graph tuned = engine.to_graph();
  if (stripped) {
    tuned.nodes.push_back(last);
    tuned.outputs = last.outputs;
  }
  return tuned;
}

}  // namespace tinyml::quantize
