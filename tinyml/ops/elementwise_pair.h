// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the elementwise operators of two inputs (add, sub, mul) share; for .cpp files only.

#include <algorithm>
#include <string>

#include "tinyml/device/nn/add.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

/// Errors: bad_file, for unequal shapes.
inline void infer_pair(Graph& graph, const Node& node) {
  const Shape a = graph[node.inputs.at(0)].shape;
  const Shape& b = graph[node.inputs.at(1)].shape;
  if (a != b) {
    throw Error(ErrorKind::bad_file, std::string(name_of(node.op)) + " needs equal shapes, not " +
                                         to_string(a) + " and " + to_string(b));
  }
  set_output(graph, node, a);
}

/// The output gradient before the fused activation, written over the output gradient itself.
inline void undo_activation(Activation activation, FloatBackward& pass) {
  if (activation == Activation::none) return;
  const Limits limits = limits_of(activation);
  float* dy = pass.output_gradients[0].data;
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::clamp_gradient(pass.outputs[0].data + begin, dy + begin, n, limits.low, limits.high, dy + begin);
  });
}

/// The parameters of `add` and `sub`: both inputs on twice the larger of their scales.
inline device::AddParams add_params(Activation activation, const Tensor& a, const Tensor& b,
                                    const Tensor& output) {
  const Quantization &qa = a.quantization, &qb = b.quantization, &q = output.quantization;
  const double twice_larger = 2 * double{std::max(qa.scale(), qb.scale())};
  const Multiplier to_common_a = quantize_multiplier_below_one(qa.scale() / twice_larger);
  const Multiplier to_common_b = quantize_multiplier_below_one(qb.scale() / twice_larger);
  const Multiplier to_output = quantize_multiplier_below_one(twice_larger / ((1 << 20) * double{q.scale()}));
  const ActivationRange range = activation_range(activation, q);
  device::AddParams p{};
  p.count = static_cast<int32_t>(elements(a.shape));
  p.a_zero_point = qa.zero_point();
  p.a_multiplier = to_common_a.value;
  p.a_shift = to_common_a.shift;
  p.b_zero_point = qb.zero_point();
  p.b_multiplier = to_common_b.value;
  p.b_shift = to_common_b.shift;
  p.output_multiplier = to_output.value;
  p.output_shift = to_output.shift;
  p.output_zero_point = q.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return p;
}

/// The call of a kernel(p, a, b, output). `b` alone may be a constant, which becomes the table
/// `constant_name`. Errors: unsupported.
template <class P, class Kernel>
KernelCall pair_call(const Graph& graph, TensorId a, TensorId b, const std::string& function, const P& p,
                     const std::string& constant_name, Kernel kernel) {
  if (graph[a].is_constant()) {
    throw Error(ErrorKind::unsupported, function + " of a constant: make it the second input");
  }
  // One tensor as both inputs is not read in step with the output where they share memory.
  const int64_t lead = a == b ? -1 : 0;
  if (!graph[b].is_constant()) return make_call<2>(function + ".h", function, p, {}, 0, lead, kernel);
  return make_call<1, int8_t>(function + ".h", function, p,
                              {make_table(constant_name, graph[b].values<int8_t>())}, 0, lead, kernel);
}

/// Options, version and the check for broadcasting of an operator in .tflite. Errors: unsupported.
template <class Options>
void write_pair(Activation activation, schema::BuiltinOperator builtin, TfliteWriter& writer) {
  writer.builtin = builtin;
  set_versions(writer, 1, 2);
  Options options;
  options.fused_activation_function = to_tflite(activation);
  writer.options.Set(std::move(options));
}

template <class Options>
Activation read_pair(const TfliteReader& reader) {
  expect_operands(reader, 2, 2);
  if (reader.input(0).shape != reader.input(1).shape) {
    refuse("broadcasting " + to_string(reader.input(0).shape) + " with " + to_string(reader.input(1).shape));
  }
  return from_tflite(options_of<Options>(reader).fused_activation_function());
}

}  // namespace tinyml::ops
