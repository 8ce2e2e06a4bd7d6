// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_unary.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Relu&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Relu&, const Graph&, const Node&) { return 0; }

void forward(const Relu& op, FloatForward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::clamp(pass.inputs[0].data + begin, n, limits.low, limits.high, pass.outputs[0].data + begin);
  });
}

void backward(const Relu& op, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::clamp_gradient(pass.outputs[0].data + begin, pass.output_gradients[0].data + begin, n,
                            limits.low, limits.high, pass.input_gradients[0].data + begin);
  });
}

KernelCall lower(const Relu& op, const Graph& graph, const Node& node, const Target&) {
  const UnaryTensors tensors = unary_tensors(graph, node);
  device::SlopesParams p = slopes_params(tensors);
  if (op.activation == Activation::relu6) {
    // TensorFlow Lite Micro leaves the numbers as they are, on the input's scale.
    const float six = std::round(6.0f / tensors.from.scale()) + static_cast<float>(p.input_zero_point);
    p.output_zero_point = p.activation_min = p.input_zero_point;
    p.activation_max = static_cast<int32_t>(std::min(six, static_cast<float>(p.activation_max)));
    set_slopes(quantize_multiplier(1), quantize_multiplier(1), p);
  } else {
    p.activation_min = p.output_zero_point;
    const Multiplier above = quantize_multiplier(double{tensors.from.scale()} / double{tensors.to.scale()});
    set_slopes(above, above, p);
  }
  return slopes_call(tensors, p);
}

void write_tflite(const Relu& op, TfliteWriter& writer) {
  const bool relu6 = op.activation == Activation::relu6;
  TINYML_CHECK(relu6 || op.activation == Activation::relu);
  writer.builtin = relu6 ? schema::BuiltinOperator::RELU6 : schema::BuiltinOperator::RELU;
  set_versions(writer, 1, 2);
  if (!relu6 && writer.is_int8()) writer.min_runtime = "2.1.0";
}

bool read_tflite(Relu& op, const TfliteReader& reader) {
  if (reader.builtin == schema::BuiltinOperator::RELU) {
    op.activation = Activation::relu;
  } else if (reader.builtin == schema::BuiltinOperator::RELU6) {
    op.activation = Activation::relu6;
  } else {
    return false;
  }
  expect_operands(reader, 1, 1);
  return true;
}

}  // namespace tinyml::ops
