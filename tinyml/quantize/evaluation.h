// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/dataset.h"

namespace tinyml::quantize {

/// What a float32 model answers on examples, to hold others to.
class Evaluation {
 public:
  Evaluation(const Graph& reference, const Dataset& dataset, ThreadPool& pool);

  struct Score {
    double signal = 0, noise = 0;  // of all outputs
    double accuracy = 0;           // of labelled examples
    double sqnr_db() const;
  };
  /// Of a graph with the same inputs and outputs, of any type.
  Score score(const Graph& graph) const;
  double reference_accuracy() const { return reference_accuracy_; }
  /// Output 0 of example i.
  std::span<const float> answer(size_t i) const { return answers_[i][0]; }

 private:
  const Dataset& dataset_;
  ThreadPool& pool_;
  std::vector<std::vector<std::vector<float>>> answers_;  // by example, by output
  double reference_accuracy_ = 0;
};

}  // namespace tinyml::quantize
