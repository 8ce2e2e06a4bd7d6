// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::run {

/// Runs a graph on the host with the very kernels that a target runs; nodes from float32 to float32 run as
/// in training, but for a batch of the graph's own, and those of dynamic-range models as ops/hybrid.h says.
/// Holds its own activations: one engine a thread; the graph is only read and must outlive the engine.
class Engine {
 public:
  /// Lowers every node that is not float32. Errors: unsupported, naming the layer.
  explicit Engine(const Graph& graph, ops::Target target = {});

  /// One inference; one buffer of bytes a graph input, one a graph output. Errors: invalid_argument for
  /// buffers that do not fit.
  std::vector<Bytes> run(const std::vector<Bytes>& inputs);
  /// The same for a graph of one int8 input and one int8 output.
  std::vector<int8_t> run(std::span<const int8_t> input);

  /// Sets variables and what stateful layers keep from one run to the next back to the start.
  void reset();

  /// The bytes of a tensor after the last run; empty for constants.
  std::span<const uint8_t> activation(TensorId id) const;
  /// How each node is run, in order; of float32 nodes nothing.
  const std::vector<ops::KernelCall>& calls() const { return calls_; }

 private:
  uint8_t* data(TensorId id);
  void run_float(size_t node);
  void set_input(size_t index, std::span<const uint8_t> bytes);
  void invoke();

  const Graph& graph_;
  std::vector<ops::KernelCall> calls_;
  std::vector<Bytes> buffers_;     // one a tensor; empty for constants and aliases
  std::vector<TensorId> storage_;  // one a tensor: whose buffer it uses
  std::vector<Bytes> states_;      // one a node
  Bytes scratch_;
  ThreadPool pool_{1};
  std::vector<float> workspace_;
};

}  // namespace tinyml::run
