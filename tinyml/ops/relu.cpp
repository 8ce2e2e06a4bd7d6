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
    const ActivationRange range = activation_range(op.activation, tensors.to, tensors.output.dtype);
    p.activation_min = range.min;
    p.activation_max = range.max;
    const Multiplier above = quantize_multiplier(double{tensors.from.scale()} / double{tensors.to.scale()});
    set_slopes(above, above, p);
  }
  return slopes_call(tensors, p);
}

namespace {

schema::BuiltinOperator builtin_of(Activation activation) {
  if (activation == Activation::relu6) return schema::BuiltinOperator::RELU6;
  return activation == Activation::relu ? schema::BuiltinOperator::RELU
                                        : schema::BuiltinOperator::RELU_N1_TO_1;
}

}  // namespace

void write_tflite(const Relu& op, TfliteWriter& writer) {
  TINYML_CHECK(op.activation != Activation::none);
  writer.builtin = builtin_of(op.activation);
  set_versions(writer, 1, op.activation == Activation::relu_n1_to_1 ? 1 : 2);
  if (op.activation == Activation::relu && writer.is_int8()) writer.min_runtime = "2.1.0";
}

bool read_tflite(Relu& op, const TfliteReader& reader) {
  for (const Activation activation : {Activation::relu, Activation::relu6, Activation::relu_n1_to_1}) {
    if (reader.builtin == builtin_of(activation)) op.activation = activation;
  }
  if (reader.builtin != builtin_of(op.activation)) return false;
  expect_operands(reader, 1, 1);
  return true;
}

}  // namespace tinyml::ops
