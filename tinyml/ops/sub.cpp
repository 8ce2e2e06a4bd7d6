// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/sub.h"

#include <algorithm>

#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Sub&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Sub&, const Graph&, const Node&) { return 0; }

void forward(const Sub& op, FloatForward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::sub(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Sub& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    const float* dy = pass.output_gradients[0].data + begin;
    if (float* da = pass.input_gradients[0].data) std::copy_n(dy, n, da + begin);
    if (float* db = pass.input_gradients[1].data) kernels::scale(dy, n, -1.0f, db + begin);
  });
}

KernelCall lower(const Sub& op, const Graph& graph, const Node& node, const Target&) {
  const TensorId a = node.inputs.at(0), b = node.inputs.at(1);
  const device::AddParams p = add_params(op.activation, int8_activation(graph, a), int8_activation(graph, b),
                                         int8_activation(graph, node.outputs.at(0)));
  return pair_call(graph, a, b, "sub", p, "subtrahend", TINYML_KERNEL(sub));
}

void write_tflite(const Sub& op, TfliteWriter& writer) {
  write_pair<schema::SubOptionsT>(op.activation, schema::BuiltinOperator::SUB, writer);
}

bool read_tflite(Sub& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::SUB) return false;
  op.activation = read_pair<schema::SubOptions>(reader);
  return true;
}

}  // namespace tinyml::ops
