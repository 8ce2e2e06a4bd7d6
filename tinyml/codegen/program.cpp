// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "tinyml/base/error.h"
#include "tinyml/codegen/text.h"
#include "tinyml/ops/front_end.h"
#include "tinyml/ops/operator.h"

namespace tinyml::codegen {
namespace {

/// The constants that a kernel takes as inputs, as tables; by input, empty elsewhere.
std::vector<std::optional<ops::Table>> constant_inputs(const Graph& graph, const Node& node,
                                                       const ops::KernelCall& call) {
  std::vector<std::optional<ops::Table>> tables(node.inputs.size());
  for (size_t i = 0; i < node.inputs.size() && call.takes_constants; ++i) {
    const TensorId id = node.inputs[i];
    if (id == kNoTensor || !graph[id].is_constant()) continue;
    tables[i] = ops::Table{fmt::format("input_{}", i), c_type(graph[id].dtype), *graph[id].data};
  }
  return tables;
}

bool is_activation(const Graph& graph, TensorId id) { return id != kNoTensor && !graph[id].is_constant(); }

bool is_external(const Program& program, TensorId id) {
  return program.plan.offset[static_cast<size_t>(id)] < 0 && !program.graph[id].is_variable;
}

int64_t aligned(int64_t bytes) {
  return (bytes + plan::kAlignmentBytes - 1) / plan::kAlignmentBytes * plan::kAlignmentBytes;
}

std::string print_parameters(const ops::KernelCall& call, const std::string& symbol) {
  std::string text = fmt::format("struct {}_parameters {{\n", symbol);
  for (const ops::Parameter& parameter : call.parameters) {
    const bool wide = parameter.value < std::numeric_limits<int32_t>::min() ||
                      parameter.value > std::numeric_limits<int32_t>::max();
    text += fmt::format("  static constexpr int{}_t {} = {};\n", wide ? 64 : 32, parameter.name,
                        parameter.value == std::numeric_limits<int32_t>::min()
                            ? std::string("-2147483647 - 1")
                            : fmt::format("{}{}", parameter.value, wide ? "LL" : ""));
  }
  return text + "};\n";
}

std::string shapes(const Graph& graph, const Node& node) {
  std::string text;
  for (TensorId id : node.inputs) {
    if (is_activation(graph, id)) text += (text.empty() ? "" : " and ") + to_string(graph[id].shape);
  }
  return text + " -> " + to_string(graph[node.outputs[0]].shape);
}

}  // namespace

std::string c_type(DType dtype) {
  if (dtype == DType::float32) return "float";
  if (dtype == DType::boolean) return "bool";
  return fmt::format("{}_t", name_of(dtype));
}

Program make_program(Graph graph, const ops::Target& target,
                     const std::map<TensorId, std::string>& external) {
  Program program;
  program.graph = std::move(graph);
  for (size_t i = 0; i < program.graph.nodes.size(); ++i) {
    const Node& node = program.graph.nodes[i];
    program.calls.push_back(with_context(fmt::format("layer {} ({})", i, name_of(node.op)),
                                         [&] { return ops::lower(program.graph, node, target); }));
    const int64_t state = program.calls.back().state_bytes;
    program.state_offset.push_back(state > 0 ? program.state_bytes : -1);
    program.state_bytes += aligned(state);
  }
  for (size_t t = 0; t < program.graph.tensors.size(); ++t) {
    if (!program.graph.tensors[t].is_variable) continue;
    program.variables.emplace(static_cast<TensorId>(t), program.state_bytes);
    program.state_bytes += aligned(program.graph.tensors[t].size_bytes());
  }
  plan::PlanOptions options;
  for (const auto& [id, name] : external) options.external.push_back(id);
  program.plan = plan::plan_memory(program.graph, program.calls, options);
  for (const auto& [id, name] : external) {
    program.parameters.try_emplace(program.plan.storage[static_cast<size_t>(id)], name);
  }
  return program;
}

Program make_frame_program(const Operator& features, const ops::Target& target) {
  const Framing framing = framing_of(features);
  Graph graph;
  Tensor samples, row;
  samples.name = "frame";
  samples.dtype = DType::int16;
  samples.shape = {1, framing.frame_samples};
  row.name = "features";
  row.dtype = DType::int8;
  graph.inputs = {graph.add(std::move(samples))};
  graph.outputs = {graph.add(std::move(row))};
  graph.nodes.push_back({features, graph.inputs, graph.outputs});
  ops::infer(graph);
  const std::map<TensorId, std::string> external = {{graph.outputs[0], "output"}};
  return make_program(std::move(graph), target, external);
}

Framing framing_of(const Operator& features) {
  const auto frame = ops::frame_of(features);
  if (!frame) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} is no signal-processing front end: use mfe, mfcc, spectral or another that "
                            "takes int16 samples",
                            name_of(features)));
  }
  const auto unit = std::visit(
      [](const auto& op) -> std::vector<float> {
        if constexpr (requires { op.frame.unit; }) return op.frame.unit;
        return {};
      },
      features);
  return {frame->rate_hz, frame->channels, frame->frame_values, frame->hop_values, unit};
}

std::string pointer_to(const Program& program, TensorId id, bool is_const) {
  const int64_t offset = program.plan.offset[static_cast<size_t>(id)];
  if (offset >= 0) {
    return fmt::format("at<{}{}>({})", is_const ? "const " : "", c_type(program.graph[id].dtype), offset);
  }
  if (const auto variable = program.variables.find(id); variable != program.variables.end()) {
    return fmt::format("layer_state + {}", variable->second);
  }
  return program.parameters.at(program.plan.storage[static_cast<size_t>(id)]);
}

PrintedLayer print_layer(const Program& program, size_t index, const std::string& symbol,
                         const std::string& title) {
  const Graph& graph = program.graph;
  const Node& node = graph.nodes[index];
  const ops::KernelCall& call = program.calls[index];
  PrintedLayer layer;
  layer.header = call.header;
  layer.info = {graph[node.outputs[0]].name, std::string(name_of(node.op)), ops::macs(graph, node), symbol,
                0};
  const std::vector<std::optional<ops::Table>> constants = constant_inputs(graph, node, call);
  std::vector<ops::Table> tables = call.tables;
  for (const auto& constant : constants) {
    if (constant) tables.push_back(*constant);
  }
  for (const ops::Table& table : tables) layer.info.table_bytes += static_cast<int64_t>(table.bytes.size());

  std::vector<std::string> inputs, outputs, signature;
  const auto add_parameter = [&](const std::string& pointer, const char* qualifier, TensorId id) {
    const bool known = std::count(layer.parameters.begin(), layer.parameters.end(), pointer) > 0;
    if (!is_external(program, id) || known) return;
    layer.parameters.push_back(pointer);
    signature.push_back(fmt::format("{}{}* {}", qualifier, c_type(graph[id].dtype), pointer));
  };
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const TensorId id = node.inputs[i];
    if (constants[i]) inputs.push_back(fmt::format("{}_{}", symbol, constants[i]->name));
    if (!is_activation(graph, id)) continue;
    inputs.push_back(pointer_to(program, id, true));
    add_parameter(inputs.back(), "const ", id);
  }
  for (TensorId id : node.outputs) {
    outputs.push_back(pointer_to(program, id, false));
    add_parameter(outputs.back(), "", id);
  }
  std::string arrays;
  std::vector<std::string> arguments = {fmt::format("{}_parameters()", symbol)};
  const auto pass = [&](bool as_array, const char* type, const char* name,
                        std::vector<std::string>& pointers) {
    if (!as_array) return arguments.insert(arguments.end(), pointers.begin(), pointers.end()), void();
    arrays += fmt::format("  {} const {}[] = {{{}}};\n", type, name, fmt::join(pointers, ", "));
    arguments.push_back(name);
  };
  pass(call.input_array, "const void*", "inputs", inputs);
  for (const ops::Table& table : call.tables) arguments.push_back(fmt::format("{}_{}", symbol, table.name));
  pass(call.output_array, "void*", "outputs", outputs);
  if (call.state_bytes > 0) arguments.push_back(fmt::format("layer_state + {}", program.state_offset[index]));
  if (call.scratch_bytes > 0)
    arguments.push_back(fmt::format("at<uint8_t>({})", program.plan.scratch_offset[index]));

  std::string& text = layer.definition;
  text = fmt::format("// {}: {} {}, {} MACs, {} bytes of tables", title, layer.info.op, shapes(graph, node),
                     with_separators(layer.info.macs), with_separators(layer.info.table_bytes));
  text += call.scratch_bytes > 0
              ? fmt::format(", {} bytes of scratch.\n", with_separators(call.scratch_bytes))
              : std::string(".\n");
  text += print_parameters(call, symbol);
  for (const ops::Table& table : tables) {
    text += fmt::format("alignas(4) const {} {}_{}[{}] = {{\n{}}};\n", table.element, symbol, table.name,
                        table_size(table), table_rows(table));
  }
  text += fmt::format("TINYML_NOINLINE void {}({}) {{\n{}  tinyml::device::{}(\n      {});\n}}\n", symbol,
                      fmt::join(signature, ", "), arrays, call.function, fmt::join(arguments, ",\n      "));
  return layer;
}

}  // namespace tinyml::codegen
