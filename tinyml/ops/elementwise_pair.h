// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the elementwise operators of two inputs (add, sub, mul and their like) share; for .cpp files only.

#include <algorithm>
#include <string>

#include "tinyml/device/nn/add.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/broadcast.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

/// The shape that both inputs broadcast to, which have one type. Errors: bad_file, unsupported.
inline Shape pair_shape(const Graph& graph, const Node& node) {
  const Tensor &a = graph[node.inputs.at(0)], &b = graph[node.inputs.at(1)];
  if (a.dtype != b.dtype) {
    throw Error(ErrorKind::unsupported, std::string(name_of(node.op)) + " of " +
                                            std::string(name_of(a.dtype)) + " and " +
                                            std::string(name_of(b.dtype)));
  }
  const Shape shapes[] = {a.shape, b.shape};
  return broadcast_shape(shapes);
}

inline void infer_pair(Graph& graph, const Node& node) { set_output(graph, node, pair_shape(graph, node)); }

inline Walk walk_of_pair(const Graph& graph, const Node& node) {
  const Shape shapes[] = {graph[node.inputs[0]].shape, graph[node.inputs[1]].shape};
  return walk_of(shapes, graph[node.outputs[0]].shape);
}

/// Whether a forward or backward pass needs no broadcasting.
template <class Pass>
bool same_shapes(const Pass& pass) {
  return pass.inputs[0].shape == pass.inputs[1].shape;
}

/// Calls body(i, j, k) for the elements i and j of the inputs that make element k of the output.
template <class Pass, class Body>
void for_pairs(const Pass& pass, const Body& body) {
  const Shape shapes[] = {pass.inputs[0].shape, pass.inputs[1].shape};
  const Walk walk = walk_of(shapes, pass.outputs[0].shape);
  device::Rows<2> rows;
  int64_t k = 0;
  do {
    for (int32_t i = 0; i < walk.row; ++i) {
      body(rows.at[0] + i * walk.steps[0], rows.at[1] + i * walk.steps[1], k++);
    }
  } while (rows.next(walk.levels.data(), walk.level_count()));
}

/// output = body(a, b), held inside the activation's limits.
template <class Body>
void forward_pairs(Activation activation, FloatForward& pass, const Body& body) {
  const Limits limits = limits_of(activation);
  const float *a = pass.inputs[0].data, *b = pass.inputs[1].data;
  for_pairs(pass, [&](int64_t i, int64_t j, int64_t k) {
    pass.outputs[0].data[k] = std::min(std::max(body(a[i], b[j]), limits.low), limits.high);
  });
}

/// Input gradients: the sums of to_a(a, b) * dy and to_b(a, b) * dy over what each element went into.
template <class ToA, class ToB>
void backward_pairs(FloatBackward& pass, const ToA& to_a, const ToB& to_b) {
  const float *a = pass.inputs[0].data, *b = pass.inputs[1].data, *dy = pass.output_gradients[0].data;
  float *da = pass.input_gradients[0].data, *db = pass.input_gradients[1].data;
  if (da) std::fill_n(da, pass.inputs[0].size(), 0.0f);
  if (db) std::fill_n(db, pass.inputs[1].size(), 0.0f);
  for_pairs(pass, [&](int64_t i, int64_t j, int64_t k) {
    if (da) da[i] += to_a(a[i], b[j]) * dy[k];
    if (db) db[j] += to_b(a[i], b[j]) * dy[k];
  });
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

/// The parameters of `add` and `sub`: both inputs on twice the larger of their scales. As in TensorFlow Lite
/// Micro the ratios are double: of float ones the last step of int16 would differ.
inline device::AddParams add_params(Activation activation, const Graph& graph, const Node& node) {
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  const Quantization& qa = quantized_activation(graph, node.inputs.at(0)).quantization;
  const Quantization& qb = quantized_activation(graph, node.inputs.at(1)).quantization;
  const Quantization& q = output.quantization;
  const int up = output.dtype == DType::int16 ? 15 : 20;
  const double twice_larger = 2 * double{std::max(qa.scale(), qb.scale())};
  const Multiplier to_common_a = quantize_multiplier_below_one(double{qa.scale()} / twice_larger);
  const Multiplier to_common_b = quantize_multiplier_below_one(double{qb.scale()} / twice_larger);
  const Multiplier to_output = quantize_multiplier_below_one(twice_larger / ((1 << up) * double{q.scale()}));
  const ActivationRange range = activation_range(activation, q, output.dtype);
  device::AddParams p{};
  p.count = static_cast<int32_t>(elements(output.shape));
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

/// KernelCall::overlap_lead of a pair's kernel: it reads input 0 in step with its output where the two have
/// one shape. One tensor as both inputs is not read in step where they share memory.
inline int64_t pair_lead(const Graph& graph, const Node& node) {
  const bool in_step = graph[node.inputs[0]].shape == graph[node.outputs[0]].shape;
  return in_step && node.inputs[0] != node.inputs[1] ? 0 : -1;
}

/// The call of kernel(p, a, b, output) on inputs of one shape.
template <class T, class P, class Kernel>
KernelCall pair_call(const Graph& graph, const Node& node, const std::string& file,
                     const std::string& function, const P& p, Kernel kernel) {
  KernelCall call =
      make_typed_call<T>(Types<T, T>{}, Types<>{}, file, function, p, {}, 0, pair_lead(graph, node), kernel);
  call.takes_constants = true;
  return call;
}

/// The parameters of a kernel that broadcasts.
template <class Base>
struct WithWalk : Base, device::BroadcastParams {
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    Base::for_each(visit);
    device::BroadcastParams::for_each(visit);
  }
};

/// The call of kernel(p, a, b, levels, output) with elements of the types A, B and Output.
template <class Output, class A, class B = A, class P, class Kernel>
KernelCall broadcast_call(const Graph& graph, const Node& node, const std::string& file,
                          const std::string& function, P p, Kernel kernel) {
  const Walk walk = walk_of_pair(graph, node);
  set_walk(walk, p);
  const int64_t lead = sizeof(Output) <= sizeof(A) ? pair_lead(graph, node) : -1;
  KernelCall call = make_typed_call<Output>(Types<A, B>{}, Types<int32_t>{}, file, function, p,
                                            {make_table("levels", walk.levels)}, 0, lead, kernel);
  call.takes_constants = true;
  return call;
}

/// The same with the parameters of the kernel for inputs of one shape.
template <class T, class Base, class Kernel>
KernelCall broadcast_call_of(const Graph& graph, const Node& node, const std::string& file,
                             const std::string& function, const Base& base, Kernel kernel) {
  WithWalk<Base> p{};
  static_cast<Base&>(p) = base;
  return broadcast_call<T, T>(graph, node, file, function, p, kernel);
}

/// Whether both inputs are int32, which are plain numbers. Errors: unsupported, for a fused activation.
inline bool are_integers(Activation activation, const Graph& graph, const Node& node) {
  if (graph[node.inputs.at(0)].dtype != DType::int32) return false;
  if (activation != Activation::none) {
    throw Error(ErrorKind::unsupported, "a fused activation of int32: take a separate operator");
  }
  return true;
}

/// Options and version of an operator in .tflite.
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
  return from_tflite(options_of<Options>(reader).fused_activation_function());
}

}  // namespace tinyml::ops
