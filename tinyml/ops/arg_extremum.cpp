// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/arg_extremum.h"

#include "tinyml/ops/axis.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const ArgExtremum& op, Graph& graph, const Node& node) {
  Shape shape = graph[node.inputs.at(0)].shape;
  shape.erase(shape.begin() + checked_axis(op.axis, shape.size()));
  graph[node.outputs.at(0)].shape = shape;
  graph[node.outputs[0]].dtype = DType::int32;
}

int64_t macs(const ArgExtremum&, const Graph&, const Node&) { return 0; }

void forward(const ArgExtremum& op, FloatForward&) { refuse_float_pass(op.name()); }

KernelCall lower(const ArgExtremum& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  device::ArgExtremumParams p{};
  p.outer = static_cast<int32_t>(extents_before(input.shape, op.axis));
  p.extent = input.shape.at(static_cast<size_t>(op.axis));
  p.inner = static_cast<int32_t>(extents_from(input.shape, op.axis + 1));
  return with_type<float, int8_t>(input, [&]<class T>(T) {
    KernelCall call = op.largest ? make_typed_call<int32_t>(Types<T>{}, Types<>{}, "arg_extremum.h",
                                                            "arg_max", p, {}, 0, -1, TINYML_KERNEL(arg_max))
                                 : make_typed_call<int32_t>(Types<T>{}, Types<>{}, "arg_extremum.h",
                                                            "arg_min", p, {}, 0, -1, TINYML_KERNEL(arg_min));
    call.takes_constants = true;
    return call;
  });
}

void write_tflite(const ArgExtremum& op, TfliteWriter& writer) {
  set_versions(writer, 1, 2);
  writer.more_inputs.push_back(int32_scalar(writer.output().name + "/axis", op.axis));
  if (op.largest) {
    writer.builtin = schema::BuiltinOperator::ARG_MAX;
    schema::ArgMaxOptionsT options;
    options.output_type = schema::TensorType::INT32;
    writer.options.Set(std::move(options));
  } else {
    writer.builtin = schema::BuiltinOperator::ARG_MIN;
    schema::ArgMinOptionsT options;
    options.output_type = schema::TensorType::INT32;
    writer.options.Set(std::move(options));
  }
}

bool read_tflite(ArgExtremum& op, const TfliteReader& reader) {
  op.largest = reader.builtin == schema::BuiltinOperator::ARG_MAX;
  if (!op.largest && reader.builtin != schema::BuiltinOperator::ARG_MIN) return false;
  expect_operands(reader, 2, 2);
  op.axis = checked_axis(constant_scalar(reader.input(1)), reader.input(0).shape.size());
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
