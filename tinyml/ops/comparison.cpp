// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/comparison.h"

#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Comparison&, Graph& graph, const Node& node) {
  Tensor& output = graph[node.outputs.at(0)];
  output.shape = pair_shape(graph, node);
  output.dtype = DType::boolean;
}

int64_t macs(const Comparison&, const Graph&, const Node&) { return 0; }

void forward(const Comparison& op, FloatForward&) { refuse_float_pass(op.name()); }

KernelCall lower(const Comparison& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& a = graph[node.inputs.at(0)];
  const auto comparison = static_cast<int32_t>(op.kind);
  if (a.dtype != DType::int8) {
    device::ComparisonParams p{};
    p.comparison = comparison;
    const auto call = [&]<class T>(T) {
      return broadcast_call<bool, T>(graph, node, "comparison.h", "compare", p, TINYML_KERNEL(compare));
    };
    const bool of_bools = op.kind == ComparisonKind::equal || op.kind == ComparisonKind::not_equal;
    return of_bools ? with_type<float, int32_t, int64_t, bool>(a, call)
                    : with_type<float, int32_t, int64_t>(a, call);
  }
  const Quantization& qa = int8_activation(graph, node.inputs[0]).quantization;
  const Quantization& qb = int8_activation(graph, node.inputs[1]).quantization;
  const Multiplier of_a = quantize_multiplier_below_one(double{qa.scale()});
  const Multiplier of_b = quantize_multiplier_below_one(double{qb.scale()});
  device::ScaledComparisonParams p{};
  p.comparison = comparison;
  p.a_zero_point = qa.zero_point();
  p.a_multiplier = of_a.value;
  p.a_shift = of_a.shift;
  p.b_zero_point = qb.zero_point();
  p.b_multiplier = of_b.value;
  p.b_shift = of_b.shift;
  return broadcast_call<bool, int8_t>(graph, node, "comparison.h", "compare_scaled", p,
                                      TINYML_KERNEL(compare_scaled));
}

namespace {

using schema::BuiltinOperator;

constexpr BuiltinOperator kBuiltins[] = {BuiltinOperator::EQUAL,   BuiltinOperator::NOT_EQUAL,
                                         BuiltinOperator::LESS,    BuiltinOperator::LESS_EQUAL,
                                         BuiltinOperator::GREATER, BuiltinOperator::GREATER_EQUAL};

}  // namespace

void write_tflite(const Comparison& op, TfliteWriter& writer) {
  writer.builtin = kBuiltins[static_cast<size_t>(op.kind)];
  set_versions(writer, 1, 2);
  switch (op.kind) {
    case ComparisonKind::equal:
      return writer.options.Set(schema::EqualOptionsT());
    case ComparisonKind::not_equal:
      return writer.options.Set(schema::NotEqualOptionsT());
    case ComparisonKind::less:
      return writer.options.Set(schema::LessOptionsT());
    case ComparisonKind::less_equal:
      return writer.options.Set(schema::LessEqualOptionsT());
    case ComparisonKind::greater:
      return writer.options.Set(schema::GreaterOptionsT());
    case ComparisonKind::greater_equal:
      return writer.options.Set(schema::GreaterEqualOptionsT());
  }
}

bool read_tflite(Comparison& op, const TfliteReader& reader) {
  const auto found = std::find(std::begin(kBuiltins), std::end(kBuiltins), reader.builtin);
  if (found == std::end(kBuiltins)) return false;
  expect_operands(reader, 2, 2);
  op.kind = static_cast<ComparisonKind>(found - std::begin(kBuiltins));
  return true;
}

}  // namespace tinyml::ops
