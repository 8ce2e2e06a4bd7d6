// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/regression.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/run/float_engine.h"
#include "tinyml/train/fit.h"
#include "tinyml/train/loss.h"

namespace tinyml::train {
namespace {

void write_target(const Series& series, size_t example, std::span<const float> input,
                  std::span<float> target) {
  if (series.target) {
    series.target(example, input, target);
  } else {
    std::copy(input.begin(), input.end(), target.begin());
  }
}

class Regression : public Task {
 public:
  Regression(const Series& training, const Series& validation, size_t outputs, ThreadPool& pool)
      : training_(training), validation_(validation), outputs_(outputs), pool_(pool) {}

  size_t count() const override { return training_.count; }

  void make_batch(std::span<const size_t> chosen, std::span<const size_t>, const Random& random,
                  std::span<float> inputs) override {
    const size_t each = inputs.size() / chosen.size();
    targets_.resize(chosen.size() * outputs_);
    pool_.run(chosen.size(), [&](size_t row, int) {
      Random own = random.fork(row);
      const std::span<float> input = inputs.subspan(row * each, each);
      training_.fill(chosen[row], &own, input);
      write_target(training_, chosen[row], input, std::span(targets_).subspan(row * outputs_, outputs_));
    });
  }

  double loss(std::span<const float> outputs, std::span<float> gradient) override {
    return mean_squared_error(outputs, targets_, gradient);
  }

  bool has_validation() const override { return validation_.count > 0; }

  void validate(run::FloatEngine& engine, Epoch& epoch) override {
    if (!has_validation()) return;
    std::vector<float> target(outputs_);
    double sum = 0;
    for_each_output(engine, validation_.count, validation_.fill, pool_,
                    [&](size_t example, std::span<const float> input, std::span<const float> output) {
                      write_target(validation_, example, input, target);
                      sum += mean_squared_error(output, target, {});
                    });
    epoch.validation_loss = sum / static_cast<double>(validation_.count);
  }

  std::string describe(const Epoch& epoch) const override {
    const std::string loss = fmt::format("loss {:.5f}", epoch.loss);
    return has_validation() ? fmt::format("{}  validation loss {:.5f}", loss, epoch.validation_loss) : loss;
  }

 private:
  const Series &training_, &validation_;
  size_t outputs_;
  ThreadPool& pool_;
  std::vector<float> targets_;
};

}  // namespace

Training train_regression(const Graph& net, const Series& training, const Series& validation,
                          const TrainOptions& options, ThreadPool& pool) {
  const int64_t inputs = elements(net[net.inputs.at(0)].shape);
  const int64_t outputs = elements(net[net.outputs.at(0)].shape);
  if ((!training.target || (validation.count > 0 && !validation.target)) && inputs != outputs) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the net gives {} values for {} inputs, so it cannot be trained to repeat its "
                            "input: give targets",
                            outputs, inputs));
  }
  Regression task(training, validation, static_cast<size_t>(outputs), pool);
  return fit(net, task, options, pool);
}

std::vector<std::vector<float>> predict_values(const Graph& net, const Series& examples, ThreadPool& pool) {
  std::vector<std::vector<float>> all(examples.count);
  if (all.empty()) return all;
  run::FloatEngine engine(net, static_cast<int32_t>(std::min<size_t>(64, all.size())), pool);
  for_each_output(engine, all.size(), examples.fill, pool,
                  [&](size_t example, std::span<const float>, std::span<const float> output) {
                    all[example].assign(output.begin(), output.end());
                  });
  return all;
}

}  // namespace tinyml::train
