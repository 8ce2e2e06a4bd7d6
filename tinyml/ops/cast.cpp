// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/cast.h"

#include <algorithm>

#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Cast&, Graph& graph, const Node& node) {
  graph[node.outputs.at(0)].shape = Shape(graph[node.inputs.at(0)].shape);
}

int64_t macs(const Cast&, const Graph&, const Node&) { return 0; }

void forward(const Cast&, FloatForward& pass) {
  std::copy_n(pass.inputs[0].data, pass.inputs[0].size(), pass.outputs[0].data);
}

KernelCall lower(const Cast&, const Graph& graph, const Node& node, const Target&) {
  const Tensor &input = graph[node.inputs.at(0)], &output = graph[node.outputs.at(0)];
  const device::CastParams p{static_cast<int32_t>(elements(input.shape))};
  const auto to = [&]<class From>(From) {
    return with_type<int8_t, int16_t, int32_t, uint32_t, float, bool>(output, [&]<class To>(To) {
      KernelCall call =
          make_typed_call<To>(Types<From>{}, Types<>{}, "cast.h", "cast", p, {}, 0, -1, TINYML_KERNEL(cast));
      call.takes_constants = true;
      return call;
    });
  };
  return with_type<int8_t, int16_t, int32_t, uint32_t, float, bool>(input, to);
}

void write_tflite(const Cast&, TfliteWriter& writer) { writer.builtin = schema::BuiltinOperator::CAST; }

bool read_tflite(Cast&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::CAST) return false;
  expect_operands(reader, 1, 1);
  return true;
}

}  // namespace tinyml::ops
