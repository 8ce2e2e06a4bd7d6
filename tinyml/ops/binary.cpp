// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/binary.h"

#include "tinyml/device/nn/integer_arithmetic.h"
#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Binary&, Graph& graph, const Node& node) { infer_pair(graph, node); }

int64_t macs(const Binary&, const Graph&, const Node&) { return 0; }

void forward(const Binary& op, FloatForward& pass) {
  switch (op.kind) {
    case BinaryKind::div:
      return forward_pairs(op.activation, pass, [](float a, float b) { return a / b; });
    case BinaryKind::minimum:
      return forward_pairs(Activation::none, pass, [](float a, float b) { return a < b ? a : b; });
    case BinaryKind::maximum:
      return forward_pairs(Activation::none, pass, [](float a, float b) { return a > b ? a : b; });
    case BinaryKind::squared_difference:
      return forward_pairs(Activation::none, pass, [](float a, float b) { return (a - b) * (a - b); });
  }
}

void backward(const Binary& op, FloatBackward& pass) {
  switch (op.kind) {
    case BinaryKind::div:
      undo_activation(op.activation, pass);
      return backward_pairs(
          pass, [](float, float b) { return 1 / b; }, [](float a, float b) { return -a / (b * b); });
    case BinaryKind::minimum:
      return backward_pairs(
          pass, [](float a, float b) { return a < b ? 1.0f : 0.0f; },
          [](float a, float b) { return a < b ? 0.0f : 1.0f; });
    case BinaryKind::maximum:
      return backward_pairs(
          pass, [](float a, float b) { return a > b ? 1.0f : 0.0f; },
          [](float a, float b) { return a > b ? 0.0f : 1.0f; });
    case BinaryKind::squared_difference:
      return backward_pairs(
          pass, [](float a, float b) { return 2 * (a - b); }, [](float a, float b) { return 2 * (b - a); });
  }
}

namespace {

KernelCall lower_integers(const Binary& op, const Graph& graph, const Node& node) {
  const device::BroadcastParams p{};
  if (op.kind == BinaryKind::div) {
    return broadcast_call<int32_t, int32_t>(graph, node, "integer_arithmetic.h", "div_integers", p,
                                            TINYML_KERNEL(div_integers));
  }
  return broadcast_call<int32_t, int32_t>(graph, node, "integer_arithmetic.h",
                                          "squared_difference_of_integers", p,
                                          TINYML_KERNEL(squared_difference_of_integers));
}

/// On the numbers as they are, for TensorFlow Lite Micro compares them so.
KernelCall lower_extremum(const Binary& op, const Graph& graph, const Node& node) {
  return with_type<int8_t, int16_t, int32_t, int64_t>(graph[node.inputs[0]], [&]<class T>(T) {
    const device::BroadcastParams p{};
    if (op.kind == BinaryKind::minimum) {
      return broadcast_call<T, T>(graph, node, "integer_arithmetic.h", "minimum", p, TINYML_KERNEL(minimum));
    }
    return broadcast_call<T, T>(graph, node, "integer_arithmetic.h", "maximum", p, TINYML_KERNEL(maximum));
  });
}

KernelCall lower_div(const Binary& op, const Graph& graph, const Node& node) {
  const Quantization& a = int8_activation(graph, node.inputs.at(0)).quantization;
  const Quantization& b = int8_activation(graph, node.inputs.at(1)).quantization;
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  const Multiplier multiplier = quantize_multiplier(double{a.scale() / (b.scale() * output.scale())});
  if (multiplier.shift > 22) throw Error(ErrorKind::unsupported, "div: the output scale is too small");
  const ActivationRange range = activation_range(op.activation, output);
  device::DivParams p{};
  p.a_zero_point = a.zero_point();
  p.b_zero_point = b.zero_point();
  p.output_multiplier = multiplier.value;
  p.output_shift = multiplier.shift;
  p.output_zero_point = output.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return broadcast_call<int8_t, int8_t>(graph, node, "binary.h", "div", p, TINYML_KERNEL(div));
}

KernelCall lower_squared_difference(const Graph& graph, const Node& node) {
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  const Quantization& a = quantized_activation(graph, node.inputs.at(0)).quantization;
  const Quantization& b = quantized_activation(graph, node.inputs.at(1)).quantization;
  const int up = output.dtype == DType::int16 ? 0 : 7;
  const double twice_larger = 2 * double{std::max(a.scale(), b.scale())};
  const Multiplier to_common_a = quantize_multiplier_below_one(double{a.scale()} / twice_larger);
  const Multiplier to_common_b = quantize_multiplier_below_one(double{b.scale()} / twice_larger);
  const float steps = static_cast<float>(1 << (2 * up)) * output.quantization.scale();
  const Multiplier to_output = quantize_multiplier(twice_larger * twice_larger / double{steps});
  const ActivationRange range = activation_range(Activation::none, output.quantization, output.dtype);
  device::AddParams p{};
  p.count = static_cast<int32_t>(elements(output.shape));
  p.a_zero_point = a.zero_point();
  p.a_multiplier = to_common_a.value;
  p.a_shift = to_common_a.shift;
  p.b_zero_point = b.zero_point();
  p.b_multiplier = to_common_b.value;
  p.b_shift = to_common_b.shift;
  p.output_multiplier = to_output.value;
  p.output_shift = to_output.shift;
  p.output_zero_point = output.quantization.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  if (output.dtype == DType::int16 && (p.a_zero_point | p.b_zero_point | p.output_zero_point) != 0) {
    throw Error(ErrorKind::unsupported, "squared_difference of int16 with a zero point other than 0");
  }
  return with_type<int8_t, int16_t>(output, [&]<class T>(T) {
    return broadcast_call_of<T>(graph, node, "binary.h", "squared_difference", p,
                                TINYML_KERNEL(squared_difference));
  });
}

}  // namespace

KernelCall lower(const Binary& op, const Graph& graph, const Node& node, const Target&) {
  if (op.kind == BinaryKind::minimum || op.kind == BinaryKind::maximum) {
    return lower_extremum(op, graph, node);
  }
  if (are_integers(op.activation, graph, node)) return lower_integers(op, graph, node);
  return op.kind == BinaryKind::div ? lower_div(op, graph, node) : lower_squared_difference(graph, node);
}

void write_tflite(const Binary& op, TfliteWriter& writer) {
  using schema::BuiltinOperator;
  if (op.kind == BinaryKind::div) {
    return write_pair<schema::DivOptionsT>(op.activation, BuiltinOperator::DIV, writer);
  }
  set_versions(writer, 1, 2);
  if (op.kind == BinaryKind::squared_difference) {
    writer.builtin = BuiltinOperator::SQUARED_DIFFERENCE;
    writer.options.Set(schema::SquaredDifferenceOptionsT());
    return;
  }
  writer.builtin = op.kind == BinaryKind::minimum ? BuiltinOperator::MINIMUM : BuiltinOperator::MAXIMUM;
  writer.options.Set(schema::MaximumMinimumOptionsT());
}

bool read_tflite(Binary& op, const TfliteReader& reader) {
  using schema::BuiltinOperator;
  if (reader.builtin == BuiltinOperator::DIV) {
    op = {BinaryKind::div, read_pair<schema::DivOptions>(reader)};
    return true;
  }
  if (reader.builtin == BuiltinOperator::MINIMUM) {
    op.kind = BinaryKind::minimum;
  } else if (reader.builtin == BuiltinOperator::MAXIMUM) {
    op.kind = BinaryKind::maximum;
  } else if (reader.builtin == BuiltinOperator::SQUARED_DIFFERENCE) {
    op.kind = BinaryKind::squared_difference;
  } else {
    return false;
  }
  expect_operands(reader, 2, 2);
  return true;
}

}  // namespace tinyml::ops
