// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
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

void write_tflite(const Add& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::ADD;
  set_versions(writer, 1, 2);
  schema::AddOptionsT options;
  options.fused_activation_function = to_tflite(op.activation);
  writer.options.Set(std::move(options));
}

bool read_tflite(Add& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::ADD) return false;
  expect_inputs(reader, 2, 2);
  op.activation = from_tflite(options_of<schema::AddOptions>(reader).fused_activation_function());
  if (reader.input(0).shape != reader.input(1).shape) {
    refuse("broadcasting " + to_string(reader.input(0).shape) + " with " + to_string(reader.input(1).shape));
  }
  return true;
}

}  // namespace tinyml::ops
