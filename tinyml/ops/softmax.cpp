// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "tinyml/device/nn/softmax.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
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

namespace {

// Fixed point with `integer_bits` before the point and 31 - integer_bits after, as gemmlowp's exp on
// [-1/4, 0) has them: 0 bits, all values in [-1, 1).
int32_t exp_minus_quarter_to_zero(int32_t a) {
  constexpr int32_t exp_minus_eighth = 1895147668, one_third = 715827883;
  const auto times = device::rounding_doubling_high_multiply;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = times(x, x), x3 = times(x2, x), x4 = times(x2, x2);
  const int32_t x4_over_4 = device::rounding_divide_by_power_of_two(x4, 2);
  const int32_t tail = device::rounding_divide_by_power_of_two(times(x4_over_4 + x3, one_third) + x2, 1);
  return exp_minus_eighth + times(exp_minus_eighth, x + tail);
}

// exp(a / 2^26) for a <= 0, in 31 fraction bits: 5 integer bits in, 0 out.
int32_t exp_on_negative_values(int32_t a) {
  if (a == 0) return std::numeric_limits<int32_t>::max();
  constexpr int32_t fraction_bits = 26, quarter = 1 << (fraction_bits - 2);
  const int32_t below_quarter = (a & (quarter - 1)) - quarter;
  int32_t result = exp_minus_quarter_to_zero(below_quarter * 32);
  const int32_t remainder = below_quarter - a;
  constexpr int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  for (int i = 0; i < 7; ++i) {
    if (remainder & (1 << (fraction_bits - 2 + i))) {
      result = device::rounding_doubling_high_multiply(result, factors[i]);
    }
  }
  return result;
}

// The exponentials of -difference * scale * beta, for difference = 0, 1, …, up to where they count as zero.
std::vector<int32_t> softmax_exponentials(double beta, double scale) {
  constexpr int integer_bits = 5;
  const double real = std::min(beta * scale * (1 << (31 - integer_bits)), double{(int64_t{1} << 31) - 1});
  if (!(real > 1)) throw Error(ErrorKind::unsupported, "softmax: the input scale is too small");
  if (real >= double{1 << 30}) return {exp_on_negative_values(0)};  // one step less counts as zero
  const Multiplier multiplier = quantize_multiplier(real);
  const double radius =
      std::floor(double{(1 << integer_bits) - 1} * static_cast<double>(int64_t{1} << (31 - integer_bits)) /
                 static_cast<double>(int64_t{1} << multiplier.shift));
  std::vector<int32_t> table;
  for (int32_t difference = 0; difference < 256 && difference <= radius; ++difference) {
    table.push_back(exp_on_negative_values(
        device::multiply_by_quantized_multiplier(-difference, multiplier.value, multiplier.shift)));
  }
  return table;
}

}  // namespace

KernelCall lower(const Softmax& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = int8_activation(graph, node.inputs.at(0));
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  if (output.scale() != 1.0f / 256 || output.zero_point() != -128) {
    throw Error(ErrorKind::unsupported, "softmax: its output needs scale 1/256 and zero point -128");
  }
  const std::vector<int32_t> exponentials = softmax_exponentials(op.beta, input.quantization.scale());
  device::SoftmaxParams p{};
  p.classes = input.shape.back();
  p.rows = static_cast<int32_t>(elements(input.shape) / p.classes);
  p.table_size = static_cast<int32_t>(exponentials.size());
  return make_call<1, int32_t>("softmax.h", "softmax", p, {make_table("exponentials", exponentials)}, 0, 0,
                               TINYML_KERNEL(softmax));
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
  expect_operands(reader, 1, 1);
  op.beta = options_of<schema::SoftmaxOptions>(reader).beta();
  if (!(op.beta > 0 && op.beta < 1e6f)) {
    throw Error(ErrorKind::bad_file, "beta is " + std::to_string(op.beta));
  }
  return true;
}

}  // namespace tinyml::ops
