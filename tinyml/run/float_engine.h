// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"

namespace tinyml::ops {
struct FloatTensor;
}

namespace tinyml::run {

/// Floats on a 64-byte boundary, zero at first.
class FloatBuffer {
 public:
  explicit FloatBuffer(size_t size = 0);
  float* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::unique_ptr<float[], Free> data_;
  size_t size_ = 0;
};

/// Runs a float32 graph over batches, forward and backward, with parameters of its own. The same bytes for
/// any number of threads on one CPU type.
///
/// Parameters are the constants that feed a trainable operator; BatchNorm's moving mean and variance are
/// state: forward passes of training move them, they have no gradient.
class FloatEngine {
 public:
  /// `batch` replaces the 1 in dimension 0 of the graph's activations. `pool` must outlive the engine.
  /// Errors: bad_file (shapes that do not fit), unsupported (tensors other than float32).
  FloatEngine(const Graph& graph, int32_t batch, ThreadPool& pool);
  ~FloatEngine();
  FloatEngine(const FloatEngine&) = delete;
  FloatEngine& operator=(const FloatEngine&) = delete;

  int32_t batch() const { return batch_; }

  /// All parameters, one after the other, each padded with zeros to 64 bytes (their gradients are zero too,
  /// so an optimiser may run over the whole span); gradients() has the same offsets. state() likewise.
  std::span<float> parameters();
  std::span<const float> gradients() const;
  std::span<float> state();
  /// One constant's part of the spans above. `id` must be a parameter.
  std::span<float> parameter(TensorId id);
  std::span<const float> gradient(TensorId id) const;
  const std::vector<TensorId>& parameter_ids() const { return parameter_ids_; }

  /// [batch, …], to be filled before forward.
  std::span<float> input(size_t index = 0);
  /// [batch, …], after forward; rows beyond the used batch are stale.
  std::span<const float> output(size_t index = 0) const;
  /// Any computed tensor. A BatchNorm whose only reader is a Relu shares memory with it and shows the Relu's
  /// values.
  std::span<const float> activation(TensorId id) const;

  /// The largest magnitude of an Lstm's cells in the last forward without training, by node; 0 elsewhere.
  float peak(size_t node) const { return peaks_.at(node); }

  /// `training`: batch statistics and dropout, both as `step_seed` says. Only the first `used_batch` rows
  /// are computed; 0 means all.
  void forward(bool training, uint64_t step_seed = 0, int32_t used_batch = 0);
  /// May change what a node has computed, before others read it, and the gradient of it that they have left,
  /// before the node passes it on: output 0, used rows.
  using Hook = std::function<void(size_t node, std::span<float> values)>;
  void set_hooks(Hook after_forward, Hook before_backward);

  /// Of output 0, [batch, …]: filled by the loss after forward and before each backward, which uses it up.
  std::span<float> output_gradient();
  /// Overwrites gradients(), for the batch of the last forward.
  void backward();

  /// The graph of the constructor with the current parameters and state.
  Graph to_graph() const;

 private:
  struct Plan;
  float* values(TensorId id) const;
  float* gradient_values(TensorId id);
  void allocate_gradients();
  std::vector<ops::FloatTensor> tensors(const std::vector<TensorId>& ids) const;

  Graph source_;
  Graph graph_;  // shapes for the whole batch
  int32_t batch_;
  int32_t used_ = 0;
  ThreadPool& pool_;
  std::unique_ptr<Plan> plan_;
  std::vector<TensorId> parameter_ids_;
  FloatBuffer parameters_, gradients_, state_, activations_;
  std::vector<FloatBuffer> gradient_slots_, sums_;
  std::vector<std::vector<float>> saved_;  // one a node
  std::vector<float> peaks_;               // one a node
  std::vector<float> workspace_;
  Hook after_forward_, before_backward_;
};

}  // namespace tinyml::run
