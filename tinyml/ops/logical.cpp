// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/logical.h"

#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Logical& op, Graph& graph, const Node& node) {
  for (const TensorId id : node.inputs) {
    if (graph[id].dtype != DType::boolean) {
      throw Error(ErrorKind::unsupported, std::string(op.name()) + " of " +
                                              std::string(name_of(graph[id].dtype)) +
                                              ", where bool is needed: compare it with 0 before");
    }
  }
  Tensor& output = graph[node.outputs.at(0)];
  output.shape =
      op.kind == LogicalKind::logical_not ? Shape(graph[node.inputs.at(0)].shape) : pair_shape(graph, node);
  output.dtype = DType::boolean;
}

int64_t macs(const Logical&, const Graph&, const Node&) { return 0; }

void forward(const Logical& op, FloatForward&) { refuse_float_pass(op.name()); }

KernelCall lower(const Logical& op, const Graph& graph, const Node& node, const Target&) {
  if (op.kind == LogicalKind::logical_not) {
    const device::LogicalNotParams p{static_cast<int32_t>(elements(graph[node.inputs.at(0)].shape))};
    KernelCall call = make_typed_call<bool>(Types<bool>{}, Types<>{}, "logical.h", "logical_not", p, {}, 0, 0,
                                            TINYML_KERNEL(logical_not));
    call.takes_constants = true;
    return call;
  }
  const device::BroadcastParams p{};
  if (op.kind == LogicalKind::logical_and) {
    return broadcast_call<bool, bool>(graph, node, "logical.h", "logical_and", p, TINYML_KERNEL(logical_and));
  }
  return broadcast_call<bool, bool>(graph, node, "logical.h", "logical_or", p, TINYML_KERNEL(logical_or));
}

namespace {

using schema::BuiltinOperator;

constexpr BuiltinOperator kBuiltins[] = {BuiltinOperator::LOGICAL_AND, BuiltinOperator::LOGICAL_OR,
                                         BuiltinOperator::LOGICAL_NOT};

}  // namespace

void write_tflite(const Logical& op, TfliteWriter& writer) {
  writer.builtin = kBuiltins[static_cast<size_t>(op.kind)];
  switch (op.kind) {
    case LogicalKind::logical_and:
      return writer.options.Set(schema::LogicalAndOptionsT());
    case LogicalKind::logical_or:
      return writer.options.Set(schema::LogicalOrOptionsT());
    case LogicalKind::logical_not:
      return writer.options.Set(schema::LogicalNotOptionsT());
  }
}

bool read_tflite(Logical& op, const TfliteReader& reader) {
  const auto found = std::find(std::begin(kBuiltins), std::end(kBuiltins), reader.builtin);
  if (found == std::end(kBuiltins)) return false;
  op.kind = static_cast<LogicalKind>(found - std::begin(kBuiltins));
  const size_t operands = op.kind == LogicalKind::logical_not ? 1 : 2;
  expect_operands(reader, operands, operands);
  return true;
}

}  // namespace tinyml::ops
