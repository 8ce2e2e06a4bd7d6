// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/device/nn/copy.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

KernelCall copy_call(const Graph& graph, const Node& node) {
  const device::CopyParams p{static_cast<int32_t>(graph[node.inputs.at(0)].size_bytes())};
  KernelCall call{.header = "tinyml/device/nn/copy.h",
                  .function = "copy",
                  .parameters = list_parameters(p),
                  .takes_constants = true};
  call.run = [p](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::copy(p, inputs[0], outputs[0]);
  };
  return call;
}

void copy_floats(FloatForward& pass) {
  std::copy_n(pass.inputs[0].data, pass.inputs[0].size(), pass.outputs[0].data);
}

}  // namespace

void infer(const ReadVariable&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const ReadVariable&, const Graph&, const Node&) { return 0; }

void forward(const ReadVariable&, FloatForward& pass) { copy_floats(pass); }

KernelCall lower(const ReadVariable&, const Graph& graph, const Node& node, const Target&) {
  return copy_call(graph, node);
}

void write_tflite(const ReadVariable&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::READ_VARIABLE;
  writer.min_runtime = "2.6.0";
  writer.options.Set(schema::ReadVariableOptionsT());
}

// In files a variable is a resource, which the graph's reader knows by name.
bool read_tflite(ReadVariable&, const TfliteReader&) { return false; }

void infer(const AssignVariable&, Graph& graph, const Node& node) {
  const Tensor &value = graph[node.inputs.at(0)], &variable = graph[node.outputs.at(0)];
  if (value.shape != variable.shape || value.dtype != variable.dtype) {
    throw Error(ErrorKind::bad_file, "the variable " + variable.name + " of " +
                                         std::string(name_of(variable.dtype)) + " " +
                                         to_string(variable.shape) + " cannot hold " +
                                         std::string(name_of(value.dtype)) + " " + to_string(value.shape));
  }
}

int64_t macs(const AssignVariable&, const Graph&, const Node&) { return 0; }

void forward(const AssignVariable&, FloatForward& pass) { copy_floats(pass); }

KernelCall lower(const AssignVariable&, const Graph& graph, const Node& node, const Target&) {
  return copy_call(graph, node);
}

void write_tflite(const AssignVariable&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::ASSIGN_VARIABLE;
  writer.min_runtime = "2.6.0";
  writer.options.Set(schema::AssignVariableOptionsT());
}

bool read_tflite(AssignVariable&, const TfliteReader&) { return false; }

}  // namespace tinyml::ops
