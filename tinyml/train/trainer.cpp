// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/trainer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/run/float_engine.h"
#include "tinyml/train/fit.h"
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

class Classification : public Task {
 public:
  Classification(const Examples& training, const Examples& validation,
                 const std::vector<int32_t>& label_of_class, const TrainOptions& options, ThreadPool& pool)
      : training_(training),
        validation_(validation),
        label_of_class_(label_of_class),
        maker_(training, static_cast<int>(label_of_class.size()), options),
        pool_(pool) {}

  size_t count() const override { return training_.classes.size(); }

  void make_batch(std::span<const size_t> chosen, std::span<const size_t> partners, const Random& random,
                  std::span<float> inputs) override {
    maker_.make(chosen, partners, random, inputs, pool_);
  }

  double loss(std::span<const float> outputs, std::span<float> gradient) override {
    return softmax_cross_entropy(outputs, maker_.targets, maker_.weights,
                                 static_cast<int>(label_of_class_.size()), gradient);
  }

  bool has_validation() const override { return !validation_.classes.empty(); }

  void validate(run::FloatEngine& engine, Epoch& epoch) override {
    if (!has_validation()) return;
    double loss = 0;
    size_t right = 0;
    const auto visit = [&](size_t example, std::span<const float>, std::span<const float> logits) {
      std::vector<float> p(logits.begin(), logits.end());
      softmax(p, static_cast<int>(p.size()));
      const int32_t truth = label_of_class_.at(static_cast<size_t>(validation_.classes[example]));
      double of_label = 1e-12;
      for (size_t c = 0; c < p.size(); ++c) {
        if (label_of_class_[c] == truth) of_label += static_cast<double>(p[c]);
      }
      loss -= std::log(of_label);
      right += best_label(p, label_of_class_) == truth;
    };
    for_each_output(engine, validation_.classes.size(), validation_.fill, pool_, visit);
    const double n = static_cast<double>(validation_.classes.size());
    epoch.validation_loss = loss / n;
    epoch.validation_accuracy = static_cast<double>(right) / n;
  }

  std::string describe(const Epoch& epoch) const override {
    std::string text = fmt::format("loss {:.3f}", epoch.loss);
    if (has_validation())
      text += fmt::format("  validation accuracy {:.1f} %", 100 * epoch.validation_accuracy);
    return text;
  }

 private:
  const Examples &training_, &validation_;
  const std::vector<int32_t>& label_of_class_;
  BatchMaker maker_;
  ThreadPool& pool_;
};

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
  TINYML_CHECK(elements(net[net.outputs.at(0)].shape) == static_cast<int64_t>(label_of_class.size()));
  Classification task(training, validation, label_of_class, options, pool);
  return fit(net, task, options, pool);
}

std::vector<std::vector<float>> predict(const Graph& net, const Examples& examples, ThreadPool& pool) {
  std::vector<std::vector<float>> all(examples.classes.size());
  if (all.empty()) return all;
  const int32_t batch = static_cast<int32_t>(std::min<size_t>(64, all.size()));
  run::FloatEngine engine(net, batch, pool);
  for_each_output(engine, all.size(), examples.fill, pool,
                  [&](size_t example, std::span<const float>, std::span<const float> logits) {
                    all[example].assign(logits.begin(), logits.end());
                    softmax(all[example], static_cast<int>(logits.size()));
                  });
  return all;
}

}  // namespace tinyml::train
