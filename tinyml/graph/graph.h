// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tinyml/graph/operators.h"
#include "tinyml/graph/tensor.h"

namespace tinyml {

/// Index into Graph::tensors; kNoTensor for an optional input left out (a bias).
using TensorId = int32_t;
constexpr TensorId kNoTensor = -1;

struct Node {
  Operator op;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
};

/// A model: nodes in execution order over tensors. The same type serves training (float32), the
/// quantized model (int8) and the whole device pipeline (signal processing included).
struct Graph {
  std::string name = "model";
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  /// Facts that travel with the model: "labels" (JSON array), "features" (JSON), …
  std::map<std::string, std::string> metadata;

  TensorId add(Tensor tensor);
  const Tensor& operator[](TensorId id) const { return tensors.at(static_cast<size_t>(id)); }
  Tensor& operator[](TensorId id) { return tensors.at(static_cast<size_t>(id)); }

  /// The nodes that read a tensor, in execution order.
  std::vector<size_t> consumers(TensorId id) const;
};

/// Checks what every later stage relies on: ids in range, each tensor written once and before it is read,
/// constants as large as their shape says, quantization parameters that fit. Errors: bad_file.
void verify(const Graph& graph);

}  // namespace tinyml
