// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/lower_dense.h"
#include "tinyml/ops/lower_int16.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const FullyConnected& op, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 2 || weights[1] < 1 || elements(input) % weights[1] != 0) {
    throw Error(ErrorKind::bad_file, "fully_connected weights " + to_string(weights) +
                                         " do not fit the input " + to_string(input));
  }
  Shape output = {static_cast<int32_t>(elements(input) / weights[1]), weights[0]};
  if (op.keep_dims) {
    if (input.back() != weights[1]) {
      throw Error(ErrorKind::bad_file, "fully_connected weights " + to_string(weights) +
                                           " do not fit the last extent of " + to_string(input));
    }
    output = input;
    output.back() = weights[0];
  }
  set_output(graph, node, std::move(output));
}

int64_t macs(const FullyConnected&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs[0]].shape) * graph[node.inputs[1]].shape[1];
}

void forward(const FullyConnected& op, FloatForward& pass) {
  const FloatTensor& weights = pass.inputs[1];
  const int64_t units = weights.shape[0], depth = weights.shape[1];
  const int64_t batch = pass.inputs[0].size() / depth;
  const Limits limits = limits_of(op.activation);
  const Blocks columns{units, 64};
  float* transposed = aligned_room(*pass.workspace, columns.count() * columns.size * depth);
  for_blocks(*pass.pool, columns, [&](int64_t first, int64_t count, int64_t, int) {
    float* panel = transposed + first * depth;
    kernels::transpose(weights.data + first * depth, count, depth, depth, panel);
    kernels::Gemm g{.m = batch, .n = count, .k = depth};
    g.a = pass.inputs[0].data;
    g.a_row_stride = depth;
    g.b = panel;
    g.b_row_stride = count;
    g.c = pass.outputs[0].data + first;
    g.c_row_stride = units;
    g.bias = pass.inputs.size() > 2 && pass.inputs[2].data ? pass.inputs[2].data + first : nullptr;
    g.low = limits.low;
    g.high = limits.high;
    kernels::gemm(g);
  });
}

void backward(const FullyConnected& op, FloatBackward& pass) {
  const FloatTensor& weights = pass.inputs[1];
  const int64_t units = weights.shape[0], depth = weights.shape[1];
  const int64_t batch = pass.inputs[0].size() / depth;
  float* dy = pass.output_gradients[0].data;
  if (op.activation != Activation::none) {
    const Limits limits = limits_of(op.activation);
    kernels::clamp_gradient(pass.outputs[0].data, dy, batch * units, limits.low, limits.high, dy);
  }
  if (pass.inputs.size() > 2 && pass.input_gradients[2].data) {
    kernels::column_sums(dy, batch, units, pass.input_gradients[2].data);
  }
  if (float* weight_gradient = pass.input_gradients[1].data) {
    for_blocks(*pass.pool, {units, 48}, [&](int64_t first, int64_t count, int64_t, int) {
      kernels::Gemm g{.m = count, .n = depth, .k = batch};
      g.a = dy + first;
      g.a_row_stride = 1;
      g.a_depth_stride = units;
      g.b = pass.inputs[0].data;
      g.b_row_stride = depth;
      g.c = weight_gradient + first * depth;
      g.c_row_stride = depth;
      kernels::gemm(g);
    });
  }
  if (float* input_gradient = pass.input_gradients[0].data) {
    for_blocks(*pass.pool, {depth, 64}, [&](int64_t first, int64_t count, int64_t, int) {
      kernels::Gemm g{.m = batch, .n = count, .k = units};
      g.a = dy;
      g.a_row_stride = units;
      g.b = weights.data + first;
      g.b_row_stride = depth;
      g.c = input_gradient + first;
      g.c_row_stride = depth;
      kernels::gemm(g);
    });
  }
}

KernelCall lower(const FullyConnected& op, const Graph& graph, const Node& node, const Target& target) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const bool wide = input.dtype == DType::int16;
  const Tensor& output = wide ? int16_output(graph, node) : int8_activation(graph, node.outputs.at(0));
  const Tensor& weights = graph[node.inputs.at(1)];
  const std::span<const int8_t> values = int8_weights(graph, node.inputs[1]);
  Dense dense;
  dense.outputs = weights.shape.at(0);
  dense.inputs = weights.shape.at(1);
  dense.rows = static_cast<int32_t>(elements(input.shape) / dense.inputs);
  dense.weights.assign(values.begin(), values.end());
  if (weights.quantization.per_channel()) {
    dense.multipliers = channel_multipliers(input, weights, output, dense.outputs);
  } else {
    dense.multipliers = channel_multipliers(input, weights, output, 1);
  }
  dense.output_zero_point = output.quantization.zero_point();
  dense.range = activation_range(op.activation, output.quantization, output.dtype);
  if (wide) {
    const Int16Sums sums = int16_sums(graph, node, values, dense.outputs);
    return int16_call(sums, dense.multipliers, [&](const auto& bias, const auto& pairs) {
      return dense_call<int16_t>(dense, bias, pairs);
    });
  }
  dense.bias = int32_bias(graph, node, dense.outputs);
  fold_zero_point(dense.bias, sums_of_rows(values, dense.outputs), input.quantization.zero_point());
  return lower_dense(dense, target);
}

void write_tflite(const FullyConnected& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::FULLY_CONNECTED;
  set_versions(writer, 1, 4, 7);
  if (writer.node.inputs.size() == 2 && writer.version < 6) {
    writer.version = 6;
    writer.min_runtime = "2.1.0";
  }
  if (op.keep_dims && writer.version < 5) {
    writer.version = 5;
    writer.min_runtime = "2.0.0";
  }
  schema::FullyConnectedOptionsT options;
  if (is_hybrid(writer.graph, writer.node)) {
    writer.version = op.asymmetric_inputs ? 9 : std::max(writer.version, 3);
    writer.min_runtime = op.asymmetric_inputs ? "2.3.0" : "2.1.0";
  }
  options.asymmetric_quantize_inputs = op.asymmetric_inputs;
  options.keep_num_dims = op.keep_dims;
  options.fused_activation_function = to_tflite(op.activation);
  writer.options.Set(std::move(options));
}

bool read_tflite(FullyConnected& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::FULLY_CONNECTED) return false;
  expect_operands(reader, 2, 3);
  const auto& options = options_of<schema::FullyConnectedOptions>(reader);
  op.activation = from_tflite(options.fused_activation_function());
  if (options.weights_format() != schema::FullyConnectedOptionsWeightsFormat::DEFAULT) {
    refuse("shuffled weights");
  }
  op.keep_dims = options.keep_num_dims();
  op.asymmetric_inputs = options.asymmetric_quantize_inputs();
  return true;
}

}  // namespace tinyml::ops
