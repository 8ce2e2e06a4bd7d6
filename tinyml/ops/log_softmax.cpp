// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/log_softmax.h"

#include <algorithm>
#include <cmath>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/fixed_functions.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const LogSoftmax&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const LogSoftmax&, const Graph&, const Node&) { return 0; }

void forward(const LogSoftmax&, FloatForward& pass) {
  const int64_t columns = pass.inputs[0].shape.back();
  for_blocks(*pass.pool, {pass.inputs[0].size() / columns, 64}, [&](int64_t row, int64_t rows, int64_t, int) {
    for (int64_t r = row; r < row + rows; ++r) {
      const float* x = pass.inputs[0].data + r * columns;
      float* y = pass.outputs[0].data + r * columns;
      const float largest = *std::max_element(x, x + columns);
      float sum = 0;
      for (int64_t c = 0; c < columns; ++c) sum += std::exp(x[c] - largest);
      const float log_of_sum = std::log(sum);
      for (int64_t c = 0; c < columns; ++c) y[c] = x[c] - largest - log_of_sum;
    }
  });
}

void backward(const LogSoftmax&, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  const int64_t columns = pass.inputs[0].shape.back();
  for_blocks(*pass.pool, {pass.inputs[0].size() / columns, 64}, [&](int64_t row, int64_t rows, int64_t, int) {
    for (int64_t r = row; r < row + rows; ++r) {
      const float* y = pass.outputs[0].data + r * columns;
      const float* dy = pass.output_gradients[0].data + r * columns;
      float* dx = pass.input_gradients[0].data + r * columns;
      float sum = 0;
      for (int64_t c = 0; c < columns; ++c) sum += dy[c];
      for (int64_t c = 0; c < columns; ++c) dx[c] = dy[c] - std::exp(y[c]) * sum;
    }
  });
}

KernelCall lower(const LogSoftmax&, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = int8_activation(graph, node.inputs.at(0));
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  if (output.scale() != 1.0f / 16 || output.zero_point() != 127) {
    throw Error(ErrorKind::unsupported, "log_softmax: its output needs scale 1/16 and zero point 127");
  }
  constexpr double beta = 1;
  const double scale = double{input.quantization.scale()};
  const Multiplier multiplier = softmax_multiplier(beta, scale);
  const Multiplier inverse = quantize_multiplier_below_one(
      static_cast<double>(int64_t{1} << (31 - multiplier.shift)) / static_cast<double>(multiplier.value));
  const std::vector<int32_t> exponentials = softmax_exponentials(beta, scale);
  device::LogSoftmaxParams p{};
  p.classes = input.shape.back();
  p.rows = static_cast<int32_t>(elements(input.shape) / p.classes);
  p.table_size = static_cast<int32_t>(exponentials.size());
  p.multiplier = multiplier.value;
  p.shift = multiplier.shift;
  p.inverse_multiplier = inverse.value;
  p.inverse_shift = inverse.shift;
  if (p.classes > 4095) throw Error(ErrorKind::unsupported, "log_softmax of more than 4095 classes");
  return make_call<1, int32_t>("log_softmax.h", "log_softmax", p, {make_table("exponentials", exponentials)},
                               0, 0, TINYML_KERNEL(log_softmax));
}

void write_tflite(const LogSoftmax&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::LOG_SOFTMAX;
  set_versions(writer, 1, 2);
  writer.options.Set(schema::LogSoftmaxOptionsT());
}

bool read_tflite(LogSoftmax&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::LOG_SOFTMAX) return false;
  expect_operands(reader, 1, 1);
  return true;
}

}  // namespace tinyml::ops
