// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "tinyml/device/nn/add_dsp.h"
#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/lower_dsp.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Add&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Add&, const Graph&, const Node&) { return 0; }

void forward(const Add& op, FloatForward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::add(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Add& op, FloatBackward& pass) {
  undo_activation(op.activation, pass);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    for (const FloatTensor& gradient : pass.input_gradients) {
      if (gradient.data) std::copy_n(pass.output_gradients[0].data + begin, n, gradient.data + begin);
    }
  });
}

KernelCall lower(const Add& op, const Graph& graph, const Node& node, const Target& target) {
  TensorId a = node.inputs.at(0), b = node.inputs.at(1);
  if (graph[a].is_constant()) std::swap(a, b);
  const Tensor& output = int8_activation(graph, node.outputs.at(0));
  device::AddDspParams p{};
  static_cast<device::AddParams&>(p) =
      add_params(op.activation, int8_activation(graph, a), int8_activation(graph, b), output);
  const std::optional<int32_t> rounding =
      dsp_rounding({p.output_multiplier, p.output_shift}, p.output_zero_point);
  if (has_dsp(target.core) && rounding) {
    p.output_rounding = *rounding;
    return pair_call(graph, a, b, "add_dsp", p, "addend", TINYML_KERNEL(add_dsp));
  }
  return pair_call(graph, a, b, "add", static_cast<const device::AddParams&>(p), "addend",
                   TINYML_KERNEL(add));
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
