// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/dataset.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::quantize {

struct TuneOptions {
  int32_t epochs = 10;
  int32_t batch = 32;
  double learning_rate = 5e-4;  // the peak; cosine decay to zero
  /// The share of the target that the model before gives (Hinton et al. 2015); labels give the rest. Without
  /// labels all of it.
  double teacher = 0.5;
  uint64_t seed = 1;
  ProgressHook progress = {};
};

/// What stands between the parameters that learn and those that the net computes with.
class Constraint {
 public:
  virtual ~Constraint() = default;
  /// Once, before the first step.
  virtual void begin(run::FloatEngine&) {}
  /// Before each step: the engine holds the parameters that learn and gets those that count. Gradients go to
  /// the former as if they were the same (straight through; Bengio et al. 2013).
  virtual void apply(run::FloatEngine& engine) = 0;
  /// Writes what input 0 … holds as the net is to see it.
  virtual void see_input(size_t, std::span<float>) {}
  virtual void end_of_epoch(int32_t, int32_t) {}
};

/// A float32 model (prepared: no batch normalisation) trained on with a constraint: cross-entropy where it
/// classifies (labels, or a Softmax at its end), otherwise the squared difference from what it answered
/// before. Returns the parameters that learn. Errors: unsupported, for operators without gradients.
Graph tune(const Graph& model, const Dataset& dataset, const TuneOptions& options, Constraint& constraint,
           ThreadPool& pool);

}  // namespace tinyml::quantize
