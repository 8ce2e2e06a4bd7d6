// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/strided_copy.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

StridedCopy copy_of(const Transpose& op, const Shape& input) {
  const std::vector<int64_t> strides = strides_of(input);
  StridedCopy copy;
  for (const int32_t axis : op.permutation) {
    copy.loops.push_back({input[static_cast<size_t>(axis)], strides[static_cast<size_t>(axis)], 0});
  }
  copy.write_in_order();
  return copy;
}

}  // namespace

void infer(const Transpose& op, Graph& graph, const Node& node) {
  const Shape input = graph[node.inputs.at(0)].shape;
  std::vector<int32_t> axes = op.permutation;
  std::sort(axes.begin(), axes.end());
  bool each_once = axes.size() == input.size();
  for (size_t i = 0; each_once && i < axes.size(); ++i) each_once = axes[i] == static_cast<int32_t>(i);
  if (!each_once) {
    throw Error(ErrorKind::bad_file, fmt::format("a transpose of {} to the axes {}", to_string(input),
                                                 fmt::join(op.permutation, ", ")));
  }
  Shape output;
  for (const int32_t axis : op.permutation) output.push_back(input[static_cast<size_t>(axis)]);
  set_output(graph, node, output);
}

int64_t macs(const Transpose&, const Graph&, const Node&) { return 0; }

void forward(const Transpose& op, FloatForward& pass) {
  run(copy_of(op, pass.inputs[0].shape), pass.inputs[0].data, pass.outputs[0].data);
}

void backward(const Transpose& op, FloatBackward& pass) {
  copy_gradient(copy_of(op, pass.inputs[0].shape), pass);
}

KernelCall lower(const Transpose& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  return copy_call(copy_of(op, input.shape), input.dtype);
}

void write_tflite(const Transpose& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::TRANSPOSE;
  set_versions(writer, 1, 2);
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/permutation", op.permutation));
  writer.options.Set(schema::TransposeOptionsT());
}

bool read_tflite(Transpose& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::TRANSPOSE) return false;
  expect_operands(reader, 2, 2);
  op.permutation = constant_values(reader.input(1));
  for (int32_t& axis : op.permutation) {
    if (axis < 0) axis += static_cast<int32_t>(op.permutation.size());
  }
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
