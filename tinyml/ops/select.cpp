// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/select.h"

#include "tinyml/ops/broadcast.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

std::vector<Shape> input_shapes(const Graph& graph, const Node& node) {
  return {graph[node.inputs.at(0)].shape, graph[node.inputs.at(1)].shape, graph[node.inputs.at(2)].shape};
}

}  // namespace

void infer(const Select&, Graph& graph, const Node& node) {
  const Shape shape = broadcast_shape(input_shapes(graph, node));
  const DType dtype = graph[node.inputs[1]].dtype;
  if (graph[node.inputs[0]].dtype != DType::boolean || graph[node.inputs[2]].dtype != dtype) {
    throw Error(ErrorKind::unsupported, "select needs a bool and two inputs of one type");
  }
  graph[node.outputs.at(0)].shape = shape;
  graph[node.outputs.at(0)].dtype = dtype;
}

int64_t macs(const Select&, const Graph&, const Node&) { return 0; }

void forward(const Select& op, FloatForward&) { refuse_float_pass(op.kName); }

KernelCall lower(const Select&, const Graph& graph, const Node& node, const Target&) {
  const Walk walk = walk_of(input_shapes(graph, node), graph[node.outputs.at(0)].shape);
  device::SelectParams p{};
  p.row = walk.row;
  p.levels = walk.level_count();
  p.condition_step = walk.steps[0];
  p.a_step = walk.steps[1];
  p.b_step = walk.steps[2];
  return with_type<float, int8_t, int16_t>(graph[node.inputs[1]], [&]<class T>(T) {
    KernelCall call = make_typed_call<T>(Types<uint8_t, T, T>{}, Types<int32_t>{}, "select.h", "select", p,
                                         {make_table("levels", walk.levels)}, 0, -1, TINYML_KERNEL(select));
    call.takes_constants = true;
    return call;
  });
}

void write_tflite(const Select&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::SELECT_V2;
  writer.min_runtime = "2.2.0";
  writer.options.Set(schema::SelectV2OptionsT());
}

bool read_tflite(Select&, const TfliteReader& reader) {
  const bool first_version = reader.builtin == schema::BuiltinOperator::SELECT;
  if (!first_version && reader.builtin != schema::BuiltinOperator::SELECT_V2) return false;
  expect_operands(reader, 3, 3);
  const Shape &condition = reader.input(0).shape, &a = reader.input(1).shape;
  // SELECT's condition of one dimension chooses along the first of its inputs' dimensions.
  if (first_version && elements(condition) > 1 && (condition != a || reader.input(2).shape != a)) {
    refuse("a selection of " + to_string(a) + " by a condition of " + to_string(condition));
  }
  return true;
}

}  // namespace tinyml::ops
