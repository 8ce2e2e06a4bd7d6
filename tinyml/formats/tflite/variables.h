// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::schema {  // generated from schema/tflite.fbs
enum class BuiltinOperator : int32_t;
}  // namespace tinyml::schema

namespace tinyml::formats::tflite {

/// The variable tensors of a file while it is read: each is the state of one operator, which may be set to
/// the real 0 before that operator, so that every inference begins anew. Other uses are not supported.
class Variables {
 public:
  /// The next of the graph's tensors.
  void add_tensor(bool is_variable);

  /// Whether `node`, not yet in the graph, did no more than set a variable to 0: a FILL, or a QUANTIZE of
  /// another variable at 0 or of constants that are.
  bool set_to_zero(const Graph& graph, const Node& node, schema::BuiltinOperator builtin);

  /// By the graph's tensors.
  const std::vector<bool>& at_zero() const { return at_zero_; }

  /// The variables among the inputs that a file gives an operator are its state from here on. Errors:
  /// unsupported, where another operator's state is among them.
  void keep_state(const Graph& graph, const std::vector<TensorId>& inputs);

  /// Errors: unsupported, for a variable among `ids`.
  void refuse_in(const Graph& graph, const std::vector<TensorId>& ids) const;

  /// After the last operator. Errors: unsupported, for a variable set to 0 for no operator.
  void finish(const Graph& graph) const;

 private:
  std::vector<bool> variable_, at_zero_, state_;
};

}  // namespace tinyml::formats::tflite
