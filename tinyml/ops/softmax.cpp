// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/device/nn/softmax.h"
#include "tinyml/device/nn/softmax_int16.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/fixed_functions.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Softmax&, Graph& graph, const Node& node) {
  const DType in = graph[node.inputs.at(0)].dtype, out = graph[node.outputs.at(0)].dtype;
  set_output(graph, node, Shape(graph[node.inputs[0]].shape));
  if (in == DType::int8 && out == DType::int16) graph[node.outputs[0]].dtype = out;
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

namespace {

/// More classes than the kernels' sums of exponentials have room for.
void check_classes(int32_t classes, int32_t most) {
  if (classes > most) {
    throw Error(ErrorKind::unsupported, "softmax of more than " + std::to_string(most) + " classes");
  }
}

KernelCall lower_int16(const Softmax& op, const Tensor& input, const Tensor& output) {
  const Quantization& q = output.quantization;
  if (input.quantization.zero_point() != 0) {
    throw Error(ErrorKind::unsupported, "softmax of int16 with a zero point other than 0");
  }
  if (q.zero_point() != 0 || std::abs(q.scale() * 32768 - 1) > 0.001f) {
    throw Error(ErrorKind::unsupported, "softmax: its int16 output needs scale 1/32768 and zero point 0");
  }
  const Multiplier multiplier =
      quantize_multiplier(double{input.quantization.scale()} * double{op.beta} / (10.0 / 65535.0));
  device::SoftmaxInt16Params p{};
  p.classes = input.shape.back();
  p.rows = static_cast<int32_t>(elements(input.shape) / p.classes);
  p.multiplier = multiplier.value;
  p.shift = multiplier.shift;
  check_classes(p.classes, 65535);
  const auto exponentials =
      int16_table(10.0f / 65535.0f, 32767, 2.0f / 65535.0f, [](float x) { return std::exp(x); });
  const auto reciprocals =
      int16_table(1.0f / 65535.0f, -32768, 2.0f / 65535.0f, [](float x) { return 1.0f / (1.0f + x); });
  return make_typed_call<int16_t>(
      Types<int16_t>{}, Types<int16_t, int16_t>{}, "softmax_int16.h", "softmax_int16", p,
      {make_table("exponentials", exponentials), make_table("reciprocals", reciprocals)}, 0, 0,
      TINYML_KERNEL(softmax_int16));
}

}  // namespace

KernelCall lower(const Softmax& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  if (input.dtype == DType::int16) return lower_int16(op, input, output);
  const std::vector<int32_t> exponentials = softmax_exponentials(op.beta, input.quantization.scale());
  device::SoftmaxParams p{};
  p.classes = input.shape.back();
  p.rows = static_cast<int32_t>(elements(input.shape) / p.classes);
  p.table_size = static_cast<int32_t>(exponentials.size());
  check_classes(p.classes, 4095);
  const bool wide = output.dtype == DType::int16;
  const float steps = wide ? 65536 : 256;
  const bool fits = wide ? std::abs(output.quantization.scale() * steps - 1) <= 0.001f
                         : output.quantization.scale() * steps == 1;
  if (!fits || output.quantization.zero_point() != (wide ? -32768 : -128)) {
    throw Error(ErrorKind::unsupported,
                wide ? "softmax: its int16 output needs scale 1/65536 and zero point -32768"
                     : "softmax: its output needs scale 1/256 and zero point -128");
  }
  return with_type<int8_t, int16_t>(output, [&]<class Output>(Output) {
    return make_typed_call<Output>(Types<int8_t>{}, Types<int32_t>{}, "softmax.h", "softmax", p,
                                   {make_table("exponentials", exponentials)}, 0, wide ? -1 : 0,
                                   TINYML_KERNEL(softmax));
  });
}

void write_tflite(const Softmax& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::SOFTMAX;
  set_versions(writer, 1, 2, 3);
  schema::SoftmaxOptionsT options;
  options.beta = op.beta;
  writer.options.Set(std::move(options));
}

bool read_tflite(Softmax& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::SOFTMAX) return false;
  expect_operands(reader, 1, 1);
  op.beta = options_of<schema::SoftmaxOptions>(reader).beta();
  if (!(op.beta > 0 && op.beta < 1e6f)) {
    throw Error(ErrorKind::bad_file, "beta is " + std::to_string(op.beta));
  }
  return true;
}

}  // namespace tinyml::ops
