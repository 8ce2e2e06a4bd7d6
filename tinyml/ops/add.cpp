// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/device/nn/add_dsp.h"
#include "tinyml/device/nn/integer_arithmetic.h"
#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/lower_dsp.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Add&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Add&, const Graph&, const Node&) { return 0; }

void forward(const Add& op, FloatForward& pass) {
  if (!same_shapes(pass)) return forward_pairs(op.activation, pass, [](float a, float b) { return a + b; });
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::add(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Add& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  const auto one = [](float, float) { return 1.0f; };
  if (!same_shapes(pass)) return backward_pairs(pass, one, one);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    for (const FloatTensor& gradient : pass.input_gradients) {
      if (gradient.data) std::copy_n(pass.output_gradients[0].data + begin, n, gradient.data + begin);
    }
  });
}

KernelCall lower(const Add& op, const Graph& graph, const Node& node, const Target& target) {
  if (are_integers(op.activation, graph, node)) {
    return broadcast_call<int32_t, int32_t>(graph, node, "integer_arithmetic.h", "add_integers",
                                            device::BroadcastParams{}, TINYML_KERNEL(add_integers));
  }
  device::AddDspParams p{};
  device::AddParams& portable = p;
  portable = add_params(op.activation, graph, node);
  return with_type<int8_t, int16_t>(graph[node.outputs[0]], [&]<class T>(T) {
    if (graph[node.inputs[0]].shape != graph[node.inputs[1]].shape) {
      return broadcast_call_of<T>(graph, node, "add.h", "broadcast_add", portable,
                                  TINYML_KERNEL(broadcast_add));
    }
    if constexpr (std::is_same_v<T, int8_t>) {
      const auto rounding = dsp_rounding({p.output_multiplier, p.output_shift}, p.output_zero_point);
      if (has_dsp(target.core) && rounding) {
        p.output_rounding = *rounding;
        return pair_call<T>(graph, node, "add_dsp.h", "add_dsp", p, TINYML_KERNEL(add_dsp));
      }
    }
    return pair_call<T>(graph, node, "add.h", "add", portable, TINYML_KERNEL(add));
  });
}

void write_tflite(const Add& op, TfliteWriter& writer) {
  write_pair<schema::AddOptionsT>(op.activation, schema::BuiltinOperator::ADD, writer);
}

bool read_tflite(Add& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::ADD) return false;
  op.activation = read_pair<schema::AddOptions>(reader);
  return true;
}

}  // namespace tinyml::ops
