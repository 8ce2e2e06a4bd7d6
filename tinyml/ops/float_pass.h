// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/operators.h"
#include "tinyml/graph/tensor.h"

namespace tinyml::ops {

/// A float32 buffer of the training engine; activations have the batch in dimension 0.
struct FloatTensor {
  float* data = nullptr;
  Shape shape;

  int64_t size() const { return elements(shape); }
};

/// One operator's forward pass over a batch.
struct FloatForward {
  std::vector<FloatTensor> inputs;  // activations and parameters, in the node's order; data null: left out
  std::vector<FloatTensor> outputs;
  /// Kept from forward to backward of the same step (batch statistics, dropout mask, argmax); the operator
  /// sizes it.
  std::vector<float>* saved = nullptr;
  /// Room for one step, shared by all operators; the operator grows it.
  std::vector<float>* workspace = nullptr;
  ThreadPool* pool = nullptr;
  bool training = false;
  uint64_t seed = 0;  // of this node in this step (dropout)
  /// Of the Relu after a BatchNorm, which the engine leaves to it; only BatchNorm reads it.
  Activation fused = Activation::none;
  /// Where the largest magnitude of an Lstm's cells goes; null: not wanted.
  float* peak = nullptr;
};

/// The gradients of the same operator. Input gradients are overwritten; the engine adds where a tensor has
/// several consumers. An input gradient with null data is not wanted; an output gradient with null data, of
/// an operator with several outputs, is zero. An operator may scribble over its output gradients. Input
/// gradient 0 may be output gradient 0's memory for BatchNorm, Relu, Dropout, Reshape and Softmax.
struct FloatBackward {
  std::vector<FloatTensor> inputs;
  std::vector<FloatTensor> outputs;
  std::vector<FloatTensor> input_gradients;
  std::vector<FloatTensor> output_gradients;
  const std::vector<float>* saved = nullptr;
  std::vector<float>* workspace = nullptr;
  ThreadPool* pool = nullptr;
  Activation fused = Activation::none;  // as in forward
};

/// What an operator throws whose inputs or outputs are never all float32. Errors: unsupported.
[[noreturn]] inline void refuse_float_pass(std::string_view name) {
  throw Error(ErrorKind::unsupported, std::string(name) + " cannot be trained through");
}

}  // namespace tinyml::ops
