// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::schema {  // generated from schema/tflite.fbs
enum class BuiltinOperator : int32_t;
struct BuiltinOptionsUnion;
struct Operator;
}  // namespace tinyml::schema

namespace tinyml::ops {

/// One of several operators that TFLite needs where the graph has one. Tensors are named by their place: for
/// TfliteWriter::steps the node's inputs, then its output, then TfliteWriter::step_tensors.
struct TfliteStep {
  schema::BuiltinOperator builtin;
  int32_t version;
  std::vector<int32_t> inputs, outputs;
  std::shared_ptr<schema::BuiltinOptionsUnion> options;
};

/// What an operator's write_tflite sees and fills in.
struct TfliteWriter {
  const Graph& graph;
  const Node& node;
  schema::BuiltinOptionsUnion& options;

  schema::BuiltinOperator builtin{};
  int32_t version = 1;
  /// Of a CUSTOM operator: its name and its options, in that operator's own format.
  std::string custom_code = {};
  std::vector<uint8_t> custom_options = {};
  /// The first TensorFlow Lite runtime that knows this version of the operator.
  std::string_view min_runtime = "1.5.0";
  /// Constants that TFLite passes as tensors and the graph keeps as attributes; they follow node.inputs.
  std::vector<Tensor> more_inputs = {};
  /// State that TFLite keeps in variable tensors, which are inputs too; they follow more_inputs.
  std::vector<Tensor> variables = {};
  /// The file's inputs by their place in the list that these three make; empty: all, in order.
  std::vector<int32_t> order = {};
  static constexpr int32_t kLeftOut = -1;
  /// Tensors that describe what the operator computes inside.
  std::vector<Tensor> intermediates = {};
  /// Operators that come before and set the variables; their tensors are named by their place in the list
  /// that `order` takes from, then in step_tensors.
  std::vector<TfliteStep> first_steps = {};

  /// The operators that stand for the node, in order; empty: the one that the other members describe. Files
  /// say that they belong together, and readers ask write_tflite whether they are the ones.
  std::vector<TfliteStep> steps = {};
  std::vector<Tensor> step_tensors = {};
  int32_t output_place() const { return static_cast<int32_t>(node.inputs.size()); }

  const Tensor& input(size_t index) const { return graph[node.inputs.at(index)]; }
  const Tensor& output() const { return graph[node.outputs.at(0)]; }
  bool is_int8() const { return input(0).dtype == DType::int8; }
};

/// What an operator's read_tflite sees. Every id of the node is valid or kNoTensor, every tensor has
/// extents of at least 1. The operator checks the number of inputs and outputs and its attributes' ranges, so
/// that `infer` may follow. It may drop inputs that the graph keeps as attributes.
struct TfliteReader {
  const Graph& graph;
  Node& node;
  const schema::Operator& source;
  schema::BuiltinOperator builtin;
  /// By the graph's tensors: the variables that an operator before this one has set to the real 0.
  const std::vector<bool>& at_zero;
  /// The name of a CUSTOM operator.
  std::string custom_code = {};

  const Tensor& input(size_t index) const { return graph[node.inputs.at(index)]; }
  const Tensor& output() const { return graph[node.outputs.at(0)]; }
};

}  // namespace tinyml::ops
