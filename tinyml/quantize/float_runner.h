// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/dataset.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::quantize {

/// Runs any float32 graph on examples and shows what its tensors hold: batches by the training engine where
/// the graph keeps the batch in dimension 0, otherwise one example after the other.
class FloatRunner {
 public:
  FloatRunner(const Graph& graph, ThreadPool& pool);

  /// Calls visit(first, used) after each batch: the examples first … first + used - 1.
  void run(const Dataset& dataset, const std::function<void(size_t first, size_t used)>& visit);

  /// [used, …] of the last batch; empty for constants and for other types than float32.
  std::span<const float> values(TensorId id) const;
  /// As FloatEngine's; 0 where examples are run one by one.
  float peak(size_t node) const { return batched_ ? batched_->peak(node) : 0; }

 private:
  const Graph& graph_;
  ThreadPool& pool_;
  size_t batch_ = 1, used_ = 0;
  std::unique_ptr<run::FloatEngine> batched_;
  std::unique_ptr<run::Engine> single_;
};

/// The bytes of a tensor of integers or float32 from real numbers.
Bytes to_bytes(const Tensor& tensor, std::span<const float> values);
/// The way back.
void to_real(const Tensor& tensor, std::span<const uint8_t> bytes, std::span<float> values);

}  // namespace tinyml::quantize
