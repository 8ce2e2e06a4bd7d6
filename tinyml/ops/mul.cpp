// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/mul.h"

#include <utility>

#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Mul&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Mul&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs[0]].shape);
}

void forward(const Mul& op, FloatForward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::mul(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Mul& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  constexpr Limits kNone;
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    const float* dy = pass.output_gradients[0].data + begin;
    for (size_t k = 0; k < 2; ++k) {
      if (float* gradient = pass.input_gradients[k].data) {
        kernels::mul(dy, pass.inputs[1 - k].data + begin, n, kNone.low, kNone.high, gradient + begin);
      }
    }
  });
}

KernelCall lower(const Mul& op, const Graph& graph, const Node& node, const Target&) {
  TensorId a = node.inputs.at(0), b = node.inputs.at(1);
  if (graph[a].is_constant()) std::swap(a, b);
  const Quantization& qa = int8_activation(graph, a).quantization;
  const Quantization& qb = int8_activation(graph, b).quantization;
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  const Multiplier multiplier =
      quantize_multiplier(double{qa.scale()} * double{qb.scale()} / double{output.scale()});
  const ActivationRange range = activation_range(op.activation, output);
  device::MulParams p{};
  p.count = static_cast<int32_t>(elements(graph[a].shape));
  p.a_zero_point = qa.zero_point();
  p.b_zero_point = qb.zero_point();
  p.output_multiplier = multiplier.value;
  p.output_shift = multiplier.shift;
  p.output_zero_point = output.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return pair_call(graph, a, b, "mul", p, "factor", TINYML_KERNEL(mul));
}

void write_tflite(const Mul& op, TfliteWriter& writer) {
  write_pair<schema::MulOptionsT>(op.activation, schema::BuiltinOperator::MUL, writer);
}

bool read_tflite(Mul& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::MUL) return false;
  op.activation = read_pair<schema::MulOptions>(reader);
  return true;
}

}  // namespace tinyml::ops
