// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/strided_copy.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Reshape& op, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  if (elements(op.shape) != elements(input)) {
    throw Error(ErrorKind::bad_file, "reshape of " + to_string(input) + " to " + to_string(op.shape));
  }
  set_output(graph, node, op.shape);
}

int64_t macs(const Reshape&, const Graph&, const Node&) { return 0; }

void forward(const Reshape&, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  if (pass.outputs[0].data != input.data) std::copy_n(input.data, input.size(), pass.outputs[0].data);
}

void backward(const Reshape&, FloatBackward& pass) {
  const FloatTensor& gradient = pass.output_gradients[0];
  float* dx = pass.input_gradients[0].data;
  if (dx && dx != gradient.data) std::copy_n(gradient.data, gradient.size(), dx);
}

KernelCall lower(const Reshape&, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  if (!input.is_constant()) return {};
  return copy_call(StridedCopy{{{elements(input.shape), 1, 1}}}, input.dtype);
}

void write_tflite(const Reshape& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::RESHAPE;
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/shape", op.shape));
  schema::ReshapeOptionsT options;
  options.new_shape = op.shape;
  writer.options.Set(std::move(options));
}

bool read_tflite(Reshape& op, const TfliteReader& reader) {
  const bool squeeze = reader.builtin == schema::BuiltinOperator::SQUEEZE;
  const bool expand = reader.builtin == schema::BuiltinOperator::EXPAND_DIMS;
  if (!squeeze && !expand && reader.builtin != schema::BuiltinOperator::RESHAPE) return false;
  expect_operands(reader, expand ? 2 : 1, squeeze ? 1 : 2);
  op.shape = reader.output().shape;
  if (expand) {
    constant_scalar(reader.input(1));
    reader.node.inputs.pop_back();
  } else if (reader.node.inputs.size() == 2) {
    const Tensor& shape = reader.input(1);
    if (!shape.is_constant() || shape.dtype != DType::int32) {
      refuse("a shape that is not an int32 constant");
    }
    const auto extents = shape.values<int32_t>();
    const auto agrees = [](int32_t written, int32_t extent) { return written == -1 || written == extent; };
    if (!std::equal(extents.begin(), extents.end(), op.shape.begin(), op.shape.end(), agrees)) {
      throw Error(ErrorKind::bad_file, "its shape input is not the output's " + to_string(op.shape));
    }
    reader.node.inputs.pop_back();
  }
  return true;
}

}  // namespace tinyml::ops
