// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "tinyml/device/nn/add_dsp.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_dsp.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Add&, Graph& graph, const Node& node) {
  const Shape a = graph[node.inputs.at(0)].shape;
  const Shape& b = graph[node.inputs.at(1)].shape;
  if (a != b)
    throw Error(ErrorKind::bad_file, "add needs equal shapes, not " + to_string(a) + " and " + to_string(b));
  set_output(graph, node, a);
}

int64_t macs(const Add&, const Graph&, const Node&) { return 0; }

void forward(const Add& op, FloatForward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    kernels::add(pass.inputs[0].data + begin, pass.inputs[1].data + begin, n, limits.low, limits.high,
                 pass.outputs[0].data + begin);
  });
}

void backward(const Add& op, FloatBackward& pass) {
  const Limits limits = limits_of(op.activation);
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    const float* dy = pass.output_gradients[0].data + begin;
    for (const FloatTensor& gradient : pass.input_gradients) {
      if (!gradient.data) continue;
      if (op.activation == Activation::none) {
        std::copy_n(dy, n, gradient.data + begin);
      } else {
        kernels::clamp_gradient(pass.outputs[0].data + begin, dy, n, limits.low, limits.high,
                                gradient.data + begin);
      }
    }
  });
}

KernelCall lower(const Add& op, const Graph& graph, const Node& node, const Target& target) {
  TensorId first = node.inputs.at(0), second = node.inputs.at(1);
  if (graph[first].is_constant()) std::swap(first, second);
  const Quantization& a = int8_activation(graph, first).quantization;
  const Quantization& b = int8_activation(graph, second).quantization;
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  const double twice_larger = 2 * double{std::max(a.scale(), b.scale())};
  const Multiplier to_common_a = quantize_multiplier_below_one(a.scale() / twice_larger);
  const Multiplier to_common_b = quantize_multiplier_below_one(b.scale() / twice_larger);
  const Multiplier to_output =
      quantize_multiplier_below_one(twice_larger / ((1 << 20) * double{output.scale()}));
  const ActivationRange range = activation_range(op.activation, output);
  device::AddDspParams p{};
  p.count = static_cast<int32_t>(elements(graph[first].shape));
  p.a_zero_point = a.zero_point();
  p.a_multiplier = to_common_a.value;
  p.a_shift = to_common_a.shift;
  p.b_zero_point = b.zero_point();
  p.b_multiplier = to_common_b.value;
  p.b_shift = to_common_b.shift;
  p.output_multiplier = to_output.value;
  p.output_shift = to_output.shift;
  p.output_zero_point = output.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  const std::optional<int32_t> rounding = dsp_rounding(to_output, p.output_zero_point);
  p.output_rounding = rounding.value_or(0);
  const auto call = [&](std::string header, std::string function, const auto& parameters, auto kernel) {
    if (!graph[second].is_constant()) return make_call<2>(header, function, parameters, {}, 0, 0, kernel);
    return make_call<1, int8_t>(header, function, parameters,
                                {make_table("addend", graph[second].values<int8_t>())}, 0, 0, kernel);
  };
  if (has_dsp(target.core) && rounding) return call("add_dsp.h", "add_dsp", p, TINYML_KERNEL(add_dsp));
  return call("add.h", "add", static_cast<const device::AddParams&>(p), TINYML_KERNEL(add));
}

void write_tflite(const Add& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::ADD;
  set_versions(writer, 1, 2);
  schema::AddOptionsT options;
  options.fused_activation_function = to_tflite(op.activation);
  writer.options.Set(std::move(options));
}

bool read_tflite(Add& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::ADD) return false;
  expect_operands(reader, 2, 2);
  op.activation = from_tflite(options_of<schema::AddOptions>(reader).fused_activation_function());
  if (reader.input(0).shape != reader.input(1).shape) {
    refuse("broadcasting " + to_string(reader.input(0).shape) + " with " +
                                            to_string(reader.input(1).shape));
  }
  return true;
}

}  // namespace tinyml::ops
