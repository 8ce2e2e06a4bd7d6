// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Softmax&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Softmax&, const Graph&, const Node&) { return 0; }

void forward(const Softmax& op, FloatForward& pass) {
  const int64_t columns = pass.inputs[0].shape.back();
  for_blocks(*pass.pool, {pass.inputs[0].size() / columns, 64}, [&](int64_t row, int64_t rows, int64_t, int) {
    for (int64_t r = row; r < row + rows; ++r) {
      const float* x = pass.inputs[0].data + r * columns;
      float* y = pass.outputs[0].data + r * columns;
      const float largest = *std::max_element(x, x + columns);
      float sum = 0;
      for (int64_t c = 0; c < columns; ++c) sum += y[c] = std::exp(op.beta * (x[c] - largest));
      for (int64_t c = 0; c < columns; ++c) y[c] /= sum;
    }
  });
}

void backward(const Softmax& op, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  const int64_t columns = pass.inputs[0].shape.back();
  for_blocks(*pass.pool, {pass.inputs[0].size() / columns, 64}, [&](int64_t row, int64_t rows, int64_t, int) {
    for (int64_t r = row; r < row + rows; ++r) {
      const float* y = pass.outputs[0].data + r * columns;
      const float* dy = pass.output_gradients[0].data + r * columns;
      float* dx = pass.input_gradients[0].data + r * columns;
      float mean = 0;
      for (int64_t c = 0; c < columns; ++c) mean += y[c] * dy[c];
      for (int64_t c = 0; c < columns; ++c) dx[c] = op.beta * y[c] * (dy[c] - mean);
    }
  });
}

void write_tflite(const Softmax& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::SOFTMAX;
  set_versions(writer, 1, 2);
  schema::SoftmaxOptionsT options;
  options.beta = op.beta;
  writer.options.Set(std::move(options));
}

bool read_tflite(Softmax& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::SOFTMAX) return false;
  expect_inputs(reader, 1, 1);
  op.beta = options_of<schema::SoftmaxOptions>(reader).beta();
  if (!(op.beta > 0 && op.beta < 1e6f)) {
    throw Error(ErrorKind::bad_file, "beta is " + std::to_string(op.beta));
  }
  return true;
}

}  // namespace tinyml::ops
