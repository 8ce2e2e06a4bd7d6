// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/svdf.h"

#include <limits>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Svdf& op, Graph& graph, const Node& node) {
  const Shape &input = graph[node.inputs.at(0)].shape, &features = graph[node.inputs.at(1)].shape;
  const Shape& times = graph[node.inputs.at(2)].shape;
  if (input.size() != 2 || features.size() != 2 || times.size() != 2 || features[1] != input[1] ||
      times[0] != features[0] || op.rank < 1 || features[0] % op.rank != 0) {
    throw Error(ErrorKind::bad_file, "svdf of " + to_string(input) + " with the filters " +
                                         to_string(features) + " and " + to_string(times) + ", rank " +
                                         std::to_string(op.rank));
  }
  set_output(graph, node, {input[0], features[0] / op.rank});
}

int64_t macs(const Svdf&, const Graph& graph, const Node& node) {
  return elements(graph[node.inputs[1]].shape) + elements(graph[node.inputs[2]].shape);
}

void forward(const Svdf&, FloatForward&) {
  throw Error(ErrorKind::unsupported, "a float32 svdf: quantize the model in the tool that made it");
}

namespace {

template <class T>
KernelCall lower_as(const Svdf& op, const Graph& graph, const Node& node) {
  const Tensor& input = int8_activation(graph, node.inputs.at(0));
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  const Tensor &features = graph[node.inputs.at(1)], &times = graph[node.inputs.at(2)];
  if (input.shape.at(0) != 1) throw Error(ErrorKind::unsupported, "a batch, where 1 is needed");
  const std::span<const int8_t> weights = int8_weights(graph, node.inputs[1]);
  const double state_scale = double{op.state_scale};
  const Multiplier to_state = quantize_multiplier(double{input.quantization.scale()} *
                                                  double{features.quantization.scale()} / state_scale);
  const Multiplier to_output =
      quantize_multiplier(state_scale * double{times.quantization.scale()} / double{output.scale()});
  device::SvdfParams p{};
  p.inputs = input.shape[1];
  p.rank = op.rank;
  p.units = features.shape[0] / op.rank;
  p.memory = times.shape[1];
  p.feature_multiplier = to_state.value;
  p.feature_shift = to_state.shift;
  p.state_zero_point = op.state_zero_point;
  p.state_min = std::numeric_limits<T>::min();
  p.state_max = std::numeric_limits<T>::max();
  p.output_multiplier = to_output.value;
  p.output_shift = to_output.shift;
  p.output_zero_point = output.zero_point();
  std::vector<int32_t> sums(static_cast<size_t>(features.shape[0]));
  fold_zero_point(sums, sums_of_rows(weights, features.shape[0]), input.quantization.zero_point());
  const auto bias = graph[node.inputs.at(3)].values<int32_t>();
  return with_state(make_call<1, int8_t, int32_t, T, int32_t>(
      "svdf.h", "svdf", p,
      {make_table("features", weights), make_table("sums", sums), make_table("times", times.values<T>()),
       make_table("bias", bias)},
      device::svdf_state_bytes(features.shape[0], p.memory, sizeof(T)), 0, TINYML_KERNEL(svdf)));
}

}  // namespace

KernelCall lower(const Svdf& op, const Graph& graph, const Node& node, const Target&) {
  return graph[node.inputs.at(2)].dtype == DType::int8 ? lower_as<int8_t>(op, graph, node)
                                                       : lower_as<int16_t>(op, graph, node);
}

void write_tflite(const Svdf& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::SVDF;
  writer.version = 3;
  writer.min_runtime = "2.3.0";
  schema::SVDFOptionsT options;
  options.rank = op.rank;
  options.fused_activation_function = to_tflite(op.activation);
  writer.options.Set(std::move(options));
  const Tensor& times = writer.input(2);
  Tensor state;
  state.name = writer.output().name + "/state";
  state.dtype = times.dtype;
  state.shape = {1, static_cast<int32_t>(elements(times.shape))};
  state.quantization = {{op.state_scale}, {op.state_zero_point}, 0};
  writer.variables = {state};
}

bool read_tflite(Svdf& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::SVDF) return false;
  std::vector<TensorId>& inputs = reader.node.inputs;
  if (inputs.size() != 5 || inputs[0] == kNoTensor || inputs[1] == kNoTensor || inputs[2] == kNoTensor ||
      inputs[3] == kNoTensor || inputs[4] == kNoTensor || reader.node.outputs.size() != 1) {
    throw Error(ErrorKind::bad_file, "it has not the five inputs and one output that it needs");
  }
  const auto& options = options_of<schema::SVDFOptions>(reader);
  op.rank = factor(options.rank(), "the rank");
  op.activation = from_tflite(options.fused_activation_function());
  const Tensor &features = reader.input(1), &times = reader.input(2), &state = reader.input(4);
  const bool typed = reader.input(0).dtype == DType::int8 && reader.output().dtype == DType::int8 &&
                     features.dtype == DType::int8 && state.dtype == times.dtype &&
                     (times.dtype == DType::int8 || times.dtype == DType::int16);
  if (!typed) refuse("an svdf of other types than int8 with int8 or int16 filters over time and state");
  for (const Tensor* constant : {&features, &times}) {
    if (!constant->is_constant() || constant->quantization.scales.size() != 1 ||
        constant->quantization.zero_point() != 0) {
      refuse("the filters " + constant->name + ", which are not symmetric constants with one scale");
    }
  }
  const Tensor& bias = reader.input(3);
  if (!bias.is_constant() || bias.dtype != DType::int32 ||
      elements(bias.shape) * op.rank != features.shape.at(0)) {
    refuse("the bias " + bias.name + ", which is not an int32 constant a unit");
  }
  if (state.is_constant() || state.quantization.scales.size() != 1 ||
      elements(state.shape) != elements(times.shape)) {
    refuse("the state " + state.name);
  }
  op.state_scale = state.quantization.scale();
  op.state_zero_point = state.quantization.zero_point();
  inputs.resize(4);
  return true;
}

}  // namespace tinyml::ops
