// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/axis.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Concatenation& op, Graph& graph, const Node& node) {
  Shape joined = graph[node.inputs.at(0)].shape;
  if (op.new_axis) {
    const auto count = static_cast<int32_t>(node.inputs.size());
    for (const TensorId id : node.inputs) {
      if (graph[id].shape == joined) continue;
      throw Error(ErrorKind::bad_file,
                  fmt::format("{} and {} along a new axis", to_string(joined), to_string(graph[id].shape)));
    }
    joined.insert(joined.begin() + checked_axis(op.axis, joined.size() + 1), count);
    return set_output(graph, node, joined);
  }
  const auto axis = static_cast<size_t>(checked_axis(op.axis, joined.size()));
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    Shape shape = graph[node.inputs[i]].shape;
    if (shape.size() == joined.size()) {
      joined[axis] += shape[axis];
      shape[axis] = joined[axis];
    }
    if (shape != joined) {
      throw Error(ErrorKind::bad_file, fmt::format("concatenation of {} and {} along axis {}",
                                                   to_string(graph[node.inputs[0]].shape),
                                                   to_string(graph[node.inputs[i]].shape), op.axis));
    }
  }
  set_output(graph, node, joined);
}

int64_t macs(const Concatenation&, const Graph&, const Node&) { return 0; }

void forward(const Concatenation& op, FloatForward& pass) {
  const int64_t rows = extents_before(pass.outputs[0].shape, op.axis);
  float* to = pass.outputs[0].data;
  for (int64_t row = 0; row < rows; ++row) {
    for (const FloatTensor& input : pass.inputs) {
      const int64_t width = extents_from(input.shape, op.axis);
      to = std::copy_n(input.data + row * width, width, to);
    }
  }
}

void backward(const Concatenation& op, FloatBackward& pass) {
  const int64_t rows = extents_before(pass.outputs[0].shape, op.axis);
  const float* from = pass.output_gradients[0].data;
  for (int64_t row = 0; row < rows; ++row) {
    for (const FloatTensor& gradient : pass.input_gradients) {
      const int64_t width = extents_from(gradient.shape, op.axis);
      if (gradient.data) std::copy_n(from, width, gradient.data + row * width);
      from += width;
    }
  }
}

KernelCall lower(const Concatenation& op, const Graph& graph, const Node& node, const Target&) {
  std::vector<int32_t> row_bytes;
  const device::PartsParams p =
      parts_params(graph, node.inputs, graph[node.outputs.at(0)], op.axis, row_bytes);
  KernelCall call{.header = "tinyml/device/nn/concatenation.h",
                  .function = "concatenation",
                  .parameters = list_parameters(p),
                  .tables = {make_table("row_bytes", row_bytes)},
                  .takes_constants = true,
                  .input_array = true};
  call.run = [p, row_bytes](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::concatenation(p, inputs.data(), row_bytes.data(), outputs[0]);
  };
  return call;
}

void write_tflite(const Concatenation& op, TfliteWriter& writer) {
  set_versions(writer, 1, 2);
  if (op.new_axis) {
    writer.builtin = schema::BuiltinOperator::PACK;
    schema::PackOptionsT options;
    options.values_count = static_cast<int32_t>(writer.node.inputs.size());
    options.axis = op.axis;
    return writer.options.Set(std::move(options));
  }
  writer.builtin = schema::BuiltinOperator::CONCATENATION;
  schema::ConcatenationOptionsT options;
  options.axis = op.axis;
  writer.options.Set(std::move(options));
}

bool read_tflite(Concatenation& op, const TfliteReader& reader) {
  if (reader.builtin == schema::BuiltinOperator::PACK) {
    expect_operands(reader, 1, kMostOperands);
    op.axis = checked_axis(options_of<schema::PackOptions>(reader).axis(), reader.input(0).shape.size() + 1);
    op.new_axis = true;
    return true;
  }
  if (reader.builtin != schema::BuiltinOperator::CONCATENATION) return false;
  expect_operands(reader, 1, kMostOperands);
  const auto& options = options_of<schema::ConcatenationOptions>(reader);
  if (from_tflite(options.fused_activation_function()) != Activation::none) refuse("a fused activation");
  op.axis = checked_axis(options.axis(), reader.input(0).shape.size());
  return true;
}

}  // namespace tinyml::ops
