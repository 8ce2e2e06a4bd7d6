// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/mul.h"

#include "tinyml/device/nn/integer_arithmetic.h"
#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Mul&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Mul&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs[0]].shape);
}

void forward(const Mul& op, FloatForward& pass) {
  if (!same_shapes(pass)) return forward_pairs(op.activation, pass, [](float a, float b) { return a * b; });
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::mul(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Mul& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  if (!same_shapes(pass)) {
    return backward_pairs(
        pass, [](float, float b) { return b; }, [](float a, float) { return a; });
  }
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
  if (are_integers(op.activation, graph, node)) {
    return broadcast_call<int32_t, int32_t>(graph, node, "integer_arithmetic.h", "mul_integers",
                                            device::BroadcastParams{}, TINYML_KERNEL(mul_integers));
  }
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  const Quantization& qa = quantized_activation(graph, node.inputs.at(0)).quantization;
  const Quantization& qb = quantized_activation(graph, node.inputs.at(1)).quantization;
  const Quantization& q = output.quantization;
  const Multiplier multiplier =
      quantize_multiplier(double{qa.scale()} * double{qb.scale()} / double{q.scale()});
  const ActivationRange range = activation_range(op.activation, q, output.dtype);
  device::MulParams p{};
  p.count = static_cast<int32_t>(elements(output.shape));
  p.a_zero_point = qa.zero_point();
  p.b_zero_point = qb.zero_point();
  p.output_multiplier = multiplier.value;
  p.output_shift = multiplier.shift;
  p.output_zero_point = q.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  if (output.dtype == DType::int16 && (p.a_zero_point | p.b_zero_point | p.output_zero_point) != 0) {
    throw Error(ErrorKind::unsupported, "mul of int16 with a zero point other than 0");
  }
  return with_type<int8_t, int16_t>(output, [&]<class T>(T) {
    if (graph[node.inputs[0]].shape != graph[node.inputs[1]].shape) {
      return broadcast_call_of<T>(graph, node, "mul.h", "broadcast_mul", p, TINYML_KERNEL(broadcast_mul));
    }
    return pair_call<T>(graph, node, "mul.h", "mul", p, TINYML_KERNEL(mul));
  });
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
