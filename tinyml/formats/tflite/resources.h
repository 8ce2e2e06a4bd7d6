// SPDX-License-Identifier: Apache-2.0
#pragma once

// Resource variables: in a file, operators hand on handles of named variables, and CALL_ONCE names a subgraph
// that sets them at first. In a graph a variable is one tensor. For .cpp files only.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {

class Resources {
 public:
  /// Reads a constant of another subgraph than the model's own.
  using ReadTensor = std::function<Tensor(const schema::SubGraph&, uint32_t index)>;

  explicit Resources(const schema::Model& model) : model_(model) {}

  /// VAR_HANDLE. Errors: bad_file.
  void add_handle(const schema::Operator& source);
  /// CALL_ONCE. Errors: unsupported, for a subgraph that does more than to set variables to constants.
  void call_once(const schema::Operator& source, const ReadTensor& read);
  /// The variable behind the operator's handle. Errors: bad_file; unsupported where nothing has set it.
  TensorId variable_of(Graph& graph, const schema::Operator& source);
  /// Errors: unsupported, for subgraphs that nothing has called.
  void finish() const;

 private:
  using Handles = std::map<int32_t, std::string>;  // by the subgraph's tensor
  static void add_handle(const schema::Operator& source, Handles& handles);

  const schema::Model& model_;
  Handles handles_;
  std::map<std::string, Tensor> initial_;
  std::map<std::string, TensorId> variables_;
  std::set<int32_t> called_;
};

/// Adds the operators and the subgraph that declare and set the variables among the graph's tensors.
class ResourceWriter {
 public:
  /// `code` gives the index of an operator's code, `tensor` the file's form of a tensor.
  struct Sink {
    std::function<uint32_t(schema::BuiltinOperator)> code;
    std::function<std::unique_ptr<schema::TensorT>(const Tensor&)> tensor;
  };
  ResourceWriter(const Graph& graph, const Sink& sink);

  bool empty() const { return variables_.empty(); }
  /// Adds CALL_ONCE and the handles to the model's own subgraph, which is to come first.
  void begin(schema::SubGraphT& subgraph);
  /// The handle of a variable.
  int32_t handle(TensorId id) const { return handles_.at(id); }
  /// The subgraph that sets them, the second of the file.
  std::unique_ptr<schema::SubGraphT> initial() const;

 private:
  std::string name_of(TensorId id) const;
  int32_t add_handle(schema::SubGraphT& subgraph, TensorId id) const;

  const Graph& graph_;
  Sink sink_;
  std::vector<TensorId> variables_;
  std::map<TensorId, int32_t> handles_;
};

}  // namespace tinyml::formats::tflite
