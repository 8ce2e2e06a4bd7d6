// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/cases.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tests/cases/case_builder.h"
#include "tinyml/ops/operator.h"

namespace tinyml::tests {

namespace {

Tensor make_tensor(std::string name, DType dtype, Shape shape, float scale = 0, int32_t zero_point = 0) {
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  if (scale > 0) tensor.quantization = {{scale}, {zero_point}, 0};
  return tensor;
}

}  // namespace

CaseBuilder::CaseBuilder(std::string name, uint64_t seed) : random_(seed) { case_.name = std::move(name); }

Bytes CaseBuilder::random_values(const Tensor& tensor) {
  Bytes bytes(static_cast<size_t>(tensor.size_bytes()));
  if (tensor.dtype == DType::float32) {
    for (size_t at = 0; at < bytes.size(); at += sizeof(float)) {
      const auto value = static_cast<float>(random_.normal());
      std::memcpy(bytes.data() + at, &value, sizeof(float));
    }
    return bytes;
  }
  const uint8_t bits = tensor.dtype == DType::boolean ? 1 : 255;
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_.next()) & bits;
  return bytes;
}

TensorId CaseBuilder::input(Shape shape, float scale, int32_t zero_point, DType dtype) {
  Tensor tensor = make_tensor("input" + std::to_string(case_.inputs.size() + 1), dtype, std::move(shape),
                              scale, zero_point);
  case_.inputs.push_back(random_values(tensor));
  const TensorId id = case_.graph.add(std::move(tensor));
  case_.graph.inputs.push_back(id);
  return id;
}

TensorId CaseBuilder::output(float scale, int32_t zero_point, DType dtype) {
  const size_t count = case_.graph.outputs.size();
  const TensorId id = case_.graph.add(make_tensor(
      count == 0 ? "output" : "output" + std::to_string(count + 1), dtype, {}, scale, zero_point));
  case_.graph.outputs.push_back(id);
  return id;
}

TensorId CaseBuilder::input(Shape shape, DType dtype) {
  const bool quantized = dtype == DType::int8 || dtype == DType::int16;
  return input(std::move(shape), quantized ? 0.1f : 0, dtype == DType::int8 ? 3 : 0, dtype);
}

TensorId CaseBuilder::tensor_like(TensorId id, std::string name, Shape shape) {
  Tensor tensor = case_.graph[id];
  tensor.name = std::move(name);
  tensor.shape = std::move(shape);
  tensor.data = nullptr;
  return case_.graph.add(std::move(tensor));
}

TensorId CaseBuilder::indices(Shape shape, int32_t extent, bool constant) {
  Tensor tensor = make_tensor(constant ? "constant" : "indices", DType::int32, std::move(shape));
  std::vector<int32_t> values(static_cast<size_t>(elements(tensor.shape)));
  for (int32_t& value : values) value = static_cast<int32_t>(random_.below(static_cast<uint32_t>(extent)));
  const auto bytes = to_constant(std::span<const int32_t>(values));
  if (constant) tensor.data = bytes;
  const TensorId id = case_.graph.add(std::move(tensor));
  if (!constant) {
    case_.inputs.push_back(*bytes);
    case_.graph.inputs.push_back(id);
  }
  return id;
}

TensorId CaseBuilder::output_like(TensorId id) {
  const Tensor like = case_.graph[id];
  const TensorId made = output(0, 0, like.dtype);
  case_.graph[made].quantization = like.quantization;
  return made;
}

TensorId CaseBuilder::constant(Shape shape, float scale, int32_t zero_point, DType dtype) {
  Tensor tensor = make_tensor("constant", dtype, std::move(shape), scale, zero_point);
  tensor.data = std::make_shared<const Bytes>(random_values(tensor));
  return case_.graph.add(std::move(tensor));
}

TensorId CaseBuilder::weights(Shape shape, int32_t axis, double scale) {
  Tensor tensor = make_tensor("weights", DType::int8, std::move(shape));
  std::vector<int8_t> values(static_cast<size_t>(elements(tensor.shape)));
  for (int8_t& value : values) value = static_cast<int8_t>(static_cast<int>(random_.below(255)) - 127);
  tensor.data = to_constant(std::span<const int8_t>(values));
  tensor.quantization.axis = std::max(axis, 0);
  const int32_t scales = axis < 0 ? 1 : tensor.shape[static_cast<size_t>(axis)];
  for (int32_t i = 0; i < scales; ++i) {
    tensor.quantization.scales.push_back(static_cast<float>(scale * std::exp2(random_.uniform(-1.5, 1.5))));
    tensor.quantization.zero_points.push_back(0);
  }
  return case_.graph.add(std::move(tensor));
}

TensorId CaseBuilder::bias(int32_t channels, int32_t taps, TensorId input, TensorId weights) {
  const bool wide = case_.graph[input].dtype == DType::int16;
  Tensor tensor = make_tensor("bias", wide ? DType::int64 : DType::int32, {channels});
  const auto fill = [&]<class T>(T largest) {
    std::vector<T> values(static_cast<size_t>(channels));
    for (T& value : values)
      value = static_cast<T>(random_.normal() * static_cast<double>(largest) * std::sqrt(taps));
    tensor.data = to_constant(std::span<const T>(values));
  };
  wide ? fill(int64_t{3000 << 8}) : fill(int32_t{3000});
  for (float scale : case_.graph[weights].quantization.scales) {
    tensor.quantization.scales.push_back(scale * case_.graph[input].quantization.scale());
    tensor.quantization.zero_points.push_back(0);
  }
  return case_.graph.add(std::move(tensor));
}

void CaseBuilder::node(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
  case_.graph.nodes.push_back({std::move(op), std::move(inputs), std::move(outputs)});
  const std::vector<Node>& nodes = case_.graph.nodes;
  with_context("op " + std::to_string(nodes.size() - 1), [&] { ops::infer(case_.graph, nodes.back()); });
}

OperatorCase CaseBuilder::finish(Operator op, std::vector<TensorId> inputs, TensorId output) {
  return finish(std::move(op), std::move(inputs), std::vector{output});
}

OperatorCase CaseBuilder::finish(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
  node(std::move(op), std::move(inputs), std::move(outputs));
  return finish(std::move(case_.graph.outputs));
}

OperatorCase CaseBuilder::finish(std::vector<TensorId> outputs) {
  case_.graph.name = case_.name;
  case_.graph.outputs = std::move(outputs);
  verify(case_.graph);
  return std::move(case_);
}

std::vector<TensorId> recurrent_inputs(CaseBuilder& builder, const RecurrentSetting& s, int gates,
                                       float spread) {
  constexpr double kOfOutput = 0.4;  // the deviation of a tanh
  const double deviation = s.dtype == DType::int8 ? 73 : 256 * 73;
  const TensorId x = builder.input({1, s.steps, s.inputs}, s.input_scale, s.input_zero_point, s.dtype);
  std::vector<TensorId> inputs = {x};
  const double of_input = spread / (73 * deviation * s.input_scale * std::sqrt(s.inputs));
  const double of_output = spread / (73 * kOfOutput * std::sqrt(s.units));
  for (int gate = 0; gate < gates; ++gate)
    inputs.push_back(builder.weights({s.units, s.inputs}, -1, of_input));
  for (int gate = 0; gate < gates; ++gate)
    inputs.push_back(builder.weights({s.units, s.units}, -1, of_output));
  for (size_t gate = 1; gate <= static_cast<size_t>(gates); ++gate) {
    inputs.push_back(builder.bias(s.units, s.inputs, x, inputs[gate]));
  }
  return inputs;
}

namespace {

bool has_kernel(const OperatorCase& one) {
  try {
    ops::lower(one.graph, one.graph.nodes[0], {});
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<OperatorCase> collect(bool with_kernel) {
  std::vector<OperatorCase> cases;
  for (auto* of_operator : {conv_2d_cases,
                            depthwise_conv_2d_cases,
                            fully_connected_cases,
                            int16x8_cases,
                            pool_2d_cases,
                            add_cases,
                            sub_cases,
                            mul_cases,
                            unary_cases,
                            prelu_cases,
                            binary_cases,
                            comparison_cases,
                            logical_cases,
                            select_cases,
                            quantize_cases,
                            cast_cases,
                            reduction_cases,
                            arg_extremum_cases,
                            softmax_cases,
                            reshape_cases,
                            concatenation_cases,
                            split_cases,
                            strided_slice_cases,
                            transpose_cases,
                            space_to_depth_cases,
                            pad_cases,
                            resize_cases,
                            gather_cases,
                            transpose_conv_cases,
                            svdf_cases,
                            lstm_cases,
                            gru_cases,
                            signal_cases}) {
    for (OperatorCase& one : of_operator()) {
      if (has_kernel(one) == with_kernel) cases.push_back(std::move(one));
    }
  }
  return cases;
}

}  // namespace

std::vector<OperatorCase> all_cases() { return collect(true); }

std::vector<OperatorCase> float_cases() { return collect(false); }

OperatorCase merged(const std::vector<OperatorCase>& cases) {
  OperatorCase all;
  all.name = "all";
  for (const OperatorCase& one : cases) {
    const auto first = static_cast<TensorId>(all.graph.tensors.size());
    const auto moved = [&](std::vector<TensorId> ids) {
      for (TensorId& id : ids) id = id == kNoTensor ? id : id + first;
      return ids;
    };
    for (Tensor tensor : one.graph.tensors) {
      tensor.name = one.name + "/" + tensor.name;
      all.graph.add(std::move(tensor));
    }
    for (const Node& node : one.graph.nodes) {
      all.graph.nodes.push_back({node.op, moved(node.inputs), moved(node.outputs)});
    }
    for (TensorId id : moved(one.graph.inputs)) all.graph.inputs.push_back(id);
    for (TensorId id : moved(one.graph.outputs)) all.graph.outputs.push_back(id);
    all.inputs.insert(all.inputs.end(), one.inputs.begin(), one.inputs.end());
  }
  return all;
}

}  // namespace tinyml::tests
