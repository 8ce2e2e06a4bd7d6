// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/resources.h"

#include <fmt/core.h>

#include <utility>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/formats/tflite/tables.h"

namespace tinyml::formats::tflite {
namespace {

constexpr int32_t kInitialSubgraph = 1;

int32_t only(const flatbuffers::Vector<int32_t>* ids, const char* what) {
  if (count(ids) != 1) reject(fmt::format("it has {} {}s instead of one", count(ids), what));
  return ids->Get(0);
}

}  // namespace

void Resources::add_handle(const schema::Operator& source, Handles& handles) {
  const auto* options = source.builtin_options_as_VarHandleOptions();
  if (!options) reject("its options are missing");
  const std::string name = clean(options->container()) + "/" + clean(options->shared_name());
  if (!handles.emplace(only(source.outputs(), "output"), name).second) reject("its output is written again");
}

void Resources::add_handle(const schema::Operator& source) { add_handle(source, handles_); }

void Resources::call_once(const schema::Operator& source, const ReadTensor& read) {
  const auto* options = source.builtin_options_as_CallOnceOptions();
  if (!options) reject("its options are missing");
  const int32_t index = options->init_subgraph_index();
  if (index < 1 || static_cast<size_t>(index) >= count(model_.subgraphs())) {
    reject(fmt::format("there is no subgraph {} to call", index));
  }
  if (!called_.insert(index).second) refuse(fmt::format("subgraph {}, called twice", index));
  const schema::SubGraph& subgraph = *model_.subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(index));
  Handles handles;
  for (size_t i = 0; i < count(subgraph.operators()); ++i) {
    const schema::Operator& op = *subgraph.operators()->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (op.opcode_index() >= count(model_.operator_codes())) reject("there is no such operator code");
    const schema::OperatorCode& code = *model_.operator_codes()->Get(op.opcode_index());
    with_context(fmt::format("subgraph {} op {} {}", index, i, tflite::name_of(code)), [&] {
      if (builtin_of(code) == schema::BuiltinOperator::VAR_HANDLE) return add_handle(op, handles);
      if (builtin_of(code) != schema::BuiltinOperator::ASSIGN_VARIABLE) {
        refuse("an operator that does more than to set variables at the start");
      }
      if (count(op.inputs()) != 2) reject("it has not two inputs");
      const auto handle = handles.find(op.inputs()->Get(0));
      if (handle == handles.end()) reject("its input 0 is no variable");
      const int32_t value = op.inputs()->Get(1);
      if (value < 0 || static_cast<size_t>(value) >= count(subgraph.tensors())) {
        reject(fmt::format("there is no tensor {}", value));
      }
      Tensor initial = read(subgraph, static_cast<uint32_t>(value));
      if (!initial.is_constant()) refuse("a variable that is set to what is computed");
      initial.name = handle->second.substr(handle->second.find('/') + 1);
      initial.is_variable = true;
      initial_[handle->second] = std::move(initial);
    });
  }
}

TensorId Resources::variable_of(Graph& graph, const schema::Operator& source) {
  if (count(source.inputs()) == 0) reject("it has no inputs");
  const auto handle = handles_.find(source.inputs()->Get(0));
  if (handle == handles_.end()) reject("its input 0 is no variable");
  const std::string& name = handle->second;
  const auto known = variables_.find(name);
  if (known != variables_.end()) return known->second;
  const auto initial = initial_.find(name);
  if (initial == initial_.end()) refuse("the variable " + name + ", which no CALL_ONCE has set before");
  return variables_[name] = graph.add(initial->second);
}

void Resources::finish() const {
  if (called_.size() + 1 < count(model_.subgraphs())) {
    refuse(fmt::format("a model of {} subgraphs (control flow)", count(model_.subgraphs())));
  }
}

ResourceWriter::ResourceWriter(const Graph& graph, const Sink& sink) : graph_(graph), sink_(sink) {
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (graph.tensors[i].is_variable) variables_.push_back(static_cast<TensorId>(i));
  }
}

std::string ResourceWriter::name_of(TensorId id) const {
  for (const TensorId other : variables_) {
    if (other != id && graph_[other].name == graph_[id].name) return fmt::format("variable_{}", id);
  }
  return graph_[id].name;
}

int32_t ResourceWriter::add_handle(schema::SubGraphT& subgraph, TensorId id) const {
  auto handle = std::make_unique<schema::TensorT>();
  handle->name = name_of(id) + "/handle";
  handle->type = schema::TensorType::RESOURCE;
  subgraph.tensors.push_back(std::move(handle));
  const auto tensor = static_cast<int32_t>(subgraph.tensors.size()) - 1;
  auto op = std::make_unique<schema::OperatorT>();
  op->opcode_index = sink_.code(schema::BuiltinOperator::VAR_HANDLE);
  op->outputs = {tensor};
  schema::VarHandleOptionsT options;
  options.shared_name = name_of(id);
  op->builtin_options.Set(std::move(options));
  subgraph.operators.push_back(std::move(op));
  return tensor;
}

void ResourceWriter::begin(schema::SubGraphT& subgraph) {
  auto call = std::make_unique<schema::OperatorT>();
  call->opcode_index = sink_.code(schema::BuiltinOperator::CALL_ONCE);
  schema::CallOnceOptionsT options;
  options.init_subgraph_index = kInitialSubgraph;
  call->builtin_options.Set(std::move(options));
  subgraph.operators.push_back(std::move(call));
  for (const TensorId id : variables_) handles_[id] = add_handle(subgraph, id);
}

std::unique_ptr<schema::SubGraphT> ResourceWriter::initial() const {
  auto subgraph = std::make_unique<schema::SubGraphT>();
  subgraph->name = "variables";
  for (const TensorId id : variables_) {
    const int32_t handle = add_handle(*subgraph, id);
    subgraph->tensors.push_back(sink_.tensor(graph_[id]));
    auto assign = std::make_unique<schema::OperatorT>();
    assign->opcode_index = sink_.code(schema::BuiltinOperator::ASSIGN_VARIABLE);
    assign->inputs = {handle, static_cast<int32_t>(subgraph->tensors.size()) - 1};
    assign->builtin_options.Set(schema::AssignVariableOptionsT());
    subgraph->operators.push_back(std::move(assign));
  }
  return subgraph;
}

}  // namespace tinyml::formats::tflite
