// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/prelu.h"

#include "tinyml/ops/elementwise_pair.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Prelu&, Graph& graph, const Node& node) {
  const Shape shapes[] = {graph[node.inputs.at(0)].shape, graph[node.inputs.at(1)].shape};
  const Shape shape = broadcast_shape(shapes);
  if (shape != shapes[0]) {
    throw Error(ErrorKind::bad_file,
                "the slopes " + to_string(shapes[1]) + " do not fit the input " + to_string(shapes[0]));
  }
  set_output(graph, node, shape);
}

int64_t macs(const Prelu&, const Graph&, const Node&) { return 0; }

void forward(const Prelu&, FloatForward& pass) {
  forward_pairs(Activation::none, pass, [](float x, float slope) { return x < 0 ? x * slope : x; });
}

void backward(const Prelu&, FloatBackward& pass) {
  backward_pairs(
      pass, [](float x, float slope) { return x < 0 ? slope : 1.0f; },
      [](float x, float) { return std::min(x, 0.0f); });
}

KernelCall lower(const Prelu&, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const Tensor& slopes = int8_activation(graph, node.inputs.at(1));
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  const double scale = double{input.quantization.scale()}, output_scale = double{output.quantization.scale()};
  const Multiplier above = quantize_multiplier(scale / output_scale);
  const Multiplier below = quantize_multiplier(scale * double{slopes.quantization.scale()} / output_scale);
  const ActivationRange range = activation_range(Activation::none, output.quantization, output.dtype);
  device::PreluParams p{};
  p.input_zero_point = input.quantization.zero_point();
  p.slope_zero_point = slopes.quantization.zero_point();
  p.above_multiplier = above.value;
  p.above_shift = above.shift;
  p.below_multiplier = below.value;
  p.below_shift = below.shift;
  p.output_zero_point = output.quantization.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return with_type<int8_t, int16_t>(input, [&]<class T>(T) {
    return broadcast_call<T, T, int8_t>(graph, node, "prelu.h", "prelu", p, TINYML_KERNEL(prelu));
  });
}

void write_tflite(const Prelu&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::PRELU;
  writer.min_runtime = "1.8.0";
}

bool read_tflite(Prelu&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::PRELU) return false;
  expect_operands(reader, 2, 2);
  const DType input = reader.input(0).dtype, slopes = reader.input(1).dtype;
  if (slopes != (input == DType::int16 ? DType::int8 : input)) {
    refuse(std::string(name_of(slopes)) + " slopes of " + std::string(name_of(input)));
  }
  return true;
}

}  // namespace tinyml::ops
