// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/sub.h"

#include <algorithm>

#include "tinyml/device/nn/integer_arithmetic.h"
#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Sub&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Sub&, const Graph&, const Node&) { return 0; }

void forward(const Sub& op, FloatForward& pass) {
  if (!same_shapes(pass)) return forward_pairs(op.activation, pass, [](float a, float b) { return a - b; });
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::sub(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Sub& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  if (!same_shapes(pass)) {
    return backward_pairs(
        pass, [](float, float) { return 1.0f; }, [](float, float) { return -1.0f; });
  }
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    const float* dy = pass.output_gradients[0].data + begin;
    if (float* da = pass.input_gradients[0].data) std::copy_n(dy, n, da + begin);
    if (float* db = pass.input_gradients[1].data) kernels::scale(dy, n, -1.0f, db + begin);
  });
}

KernelCall lower(const Sub& op, const Graph& graph, const Node& node, const Target&) {
  if (are_integers(op.activation, graph, node)) {
    return broadcast_call<int32_t, int32_t>(graph, node, "integer_arithmetic.h", "sub_integers",
                                            device::BroadcastParams{}, TINYML_KERNEL(sub_integers));
  }
  const device::AddParams p = add_params(op.activation, graph, node);
  return with_type<int8_t, int16_t>(graph[node.outputs[0]], [&]<class T>(T) {
    if (graph[node.inputs[0]].shape != graph[node.inputs[1]].shape) {
      return broadcast_call_of<T>(graph, node, "sub.h", "broadcast_sub", p, TINYML_KERNEL(broadcast_sub));
    }
    return pair_call<T>(graph, node, "sub.h", "sub", p, TINYML_KERNEL(sub));
  });
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
