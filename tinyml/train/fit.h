// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "tinyml/run/float_engine.h"
#include "tinyml/train/trainer.h"

namespace tinyml::train {

/// What a training learns from: its examples, its loss, how it is validated. fit() owns the loop.
class Task {
 public:
  virtual ~Task() = default;
  virtual size_t count() const = 0;
  /// Writes the examples `chosen` into `inputs`, augmented as `random` says, and keeps their targets.
  virtual void make_batch(std::span<const size_t> chosen, std::span<const size_t> partners,
                          const Random& random, std::span<float> inputs) = 0;
  /// The mean loss of the net's outputs for the last batch; writes its gradient.
  virtual double loss(std::span<const float> outputs, std::span<float> gradient) = 0;
  virtual bool has_validation() const = 0;
  virtual void validate(run::FloatEngine& engine, Epoch& epoch) = 0;
  virtual std::string describe(const Epoch& epoch) const = 0;
};

/// Trains until the epochs or the patience are over. The same bytes for a seed, whatever the number of
/// threads. Errors: interrupted.
Training fit(const Graph& net, Task& task, const TrainOptions& options, ThreadPool& pool);

/// Calls visit(example, input, output) for the examples 0 … total - 1, without augmentation, in order.
template <class Fill, class Visit>
void for_each_output(run::FloatEngine& engine, size_t total, const Fill& fill, ThreadPool& pool,
                     const Visit& visit) {
  const auto batch = static_cast<size_t>(engine.batch());
  const size_t each_output = engine.output().size() / batch, each = engine.input().size() / batch;
  for (size_t first = 0; first < total; first += batch) {
    check_interrupt();
    const size_t used = std::min(batch, total - first);
    pool.run(used, [&](size_t i, int) { fill(first + i, nullptr, engine.input().subspan(i * each, each)); });
    engine.forward(false, 0, static_cast<int32_t>(used));
    for (size_t i = 0; i < used; ++i) {
      visit(first + i, engine.input().subspan(i * each, each),
            engine.output().subspan(i * each_output, each_output));
    }
  }
}

}  // namespace tinyml::train
