// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by the operators' .tflite mappings; for .cpp files only.

#include <memory>
#include <string>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/tflite.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::ops {

inline schema::ActivationFunctionType to_tflite(Activation activation) {
  if (activation == Activation::relu) return schema::ActivationFunctionType::RELU;
  if (activation == Activation::relu6) return schema::ActivationFunctionType::RELU6;
  if (activation == Activation::relu_n1_to_1) return schema::ActivationFunctionType::RELU_N1_TO_1;
  return schema::ActivationFunctionType::NONE;
}

inline schema::Padding to_tflite(Padding padding) {
  return padding == Padding::same ? schema::Padding::SAME : schema::Padding::VALID;
}

[[noreturn]] inline void refuse(const std::string& what) {
  throw Error(ErrorKind::unsupported, "not supported: " + what);
}

/// Errors: unsupported.
inline Activation from_tflite(schema::ActivationFunctionType activation) {
  if (activation == schema::ActivationFunctionType::NONE) return Activation::none;
  if (activation == schema::ActivationFunctionType::RELU) return Activation::relu;
  if (activation == schema::ActivationFunctionType::RELU6) return Activation::relu6;
  if (activation == schema::ActivationFunctionType::RELU_N1_TO_1) return Activation::relu_n1_to_1;
  const std::string name = schema::EnumNameActivationFunctionType(activation);
  refuse("the fused activation " + (name.empty() ? std::to_string(static_cast<int>(activation)) : name));
}

/// Errors: bad_file.
inline Padding from_tflite(schema::Padding padding) {
  if (padding == schema::Padding::SAME) return Padding::same;
  if (padding == schema::Padding::VALID) return Padding::valid;
  throw Error(ErrorKind::bad_file, "there is no padding " + std::to_string(static_cast<int>(padding)));
}

/// More inputs than a model has.
constexpr size_t kMostOperands = 1 << 10;

/// Checks that there are `least` to `most` inputs, none of them left out but at the end, where they are
/// dropped. Errors: bad_file.
inline void expect_inputs(const TfliteReader& reader, size_t least, size_t most) {
  std::vector<TensorId>& inputs = reader.node.inputs;
  while (!inputs.empty() && inputs.back() == kNoTensor) inputs.pop_back();
  bool complete = inputs.size() >= least && inputs.size() <= most;
  for (const TensorId id : inputs) complete = complete && id != kNoTensor;
  if (!complete) {
    throw Error(ErrorKind::bad_file, "it has " + std::to_string(inputs.size()) + " inputs instead of " +
                                         std::to_string(least) +
                                         (most > least ? " to " + std::to_string(most) : ""));
  }
}

/// The same; and one output. Errors: bad_file.
inline void expect_operands(const TfliteReader& reader, size_t least, size_t most) {
  expect_inputs(reader, least, most);
  if (reader.node.outputs.size() != 1) {
    throw Error(ErrorKind::bad_file,
                "it has " + std::to_string(reader.node.outputs.size()) + " outputs instead of one");
  }
}

/// LiteRT's convolutions ask for a bias: zeros where a layer has none.
inline void add_missing_bias(TfliteWriter& writer) {
  if (optional_input(writer.node, 2) != kNoTensor) return;
  const Tensor &input = writer.input(0), &weights = writer.input(1);
  const Shape channels{writer.output().shape.back()};
  Tensor bias{writer.output().name + "/bias", DType::float32, channels, {}, nullptr};
  if (input.dtype == DType::int8) bias.dtype = DType::int32;
  if (input.dtype == DType::int16) bias.dtype = DType::int64;
  if (bias.dtype != DType::float32) {
    for (const float scale : weights.quantization.scales) {
      bias.quantization.scales.push_back(input.quantization.scale() * scale);
    }
    bias.quantization.zero_points.assign(bias.quantization.scales.size(), 0);
  }
  bias.data = std::make_shared<const std::vector<uint8_t>>(static_cast<size_t>(bias.size_bytes()));
  if (writer.node.inputs.size() == 3) writer.order = {0, 1, 3};
  writer.more_inputs.push_back(std::move(bias));
}

/// The parameters of a recurrent layer, inputs 1 and on, the first `matrices` of them weights: constants, and
/// of an int8 or int16 layer symmetric weights with one scale and int32 or int64 biases. Errors: unsupported.
inline void expect_parameters(const Graph& graph, const Node& node, size_t matrices) {
  const DType dtype = graph[node.inputs.at(0)].dtype;
  const bool quantized = dtype == DType::int8 || dtype == DType::int16;
  const DType sums = dtype == DType::int8 ? DType::int32 : DType::int64;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const bool bias = i > matrices;
    const Tensor& tensor = graph[node.inputs[i]];
    const DType wanted = !quantized ? DType::float32 : bias ? sums : DType::int8;
    if (!tensor.is_constant() || tensor.dtype != wanted) {
      refuse("the parameter " + tensor.name + ", which is not a constant of " + std::string(name_of(wanted)));
    }
    if (quantized && !bias &&
        (tensor.quantization.scales.size() != 1 || tensor.quantization.zero_point() != 0)) {
      refuse("the weights " + tensor.name + ", which are not symmetric with one scale");
    }
  }
}

/// The elements of a constant of int32, or of int64 that int32 holds, for attributes that TFLite passes as
/// inputs. Errors: unsupported.
inline std::vector<int32_t> constant_values(const Tensor& tensor) {
  if (tensor.is_constant() && tensor.dtype == DType::int64) {
    std::vector<int32_t> narrow;
    for (const int64_t value : tensor.values<int64_t>()) {
      narrow.push_back(static_cast<int32_t>(value));
      if (narrow.back() != value) refuse("the input " + tensor.name + ", which does not fit int32");
    }
    return narrow;
  }
  if (!tensor.is_constant() || tensor.dtype != DType::int32) {
    refuse("the input " + tensor.name + ", which is not an int32 constant");
  }
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}

inline int32_t constant_scalar(const Tensor& tensor) {
  const std::vector<int32_t> values = constant_values(tensor);
  if (values.size() != 1) refuse("the input " + tensor.name + ", which is not one number");
  return values[0];
}

/// Such an input. A scalar has no extents.
inline Tensor int32_constant(std::string name, const std::vector<int32_t>& values) {
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.dtype = DType::int32;
  tensor.shape = {static_cast<int32_t>(values.size())};
  tensor.data = to_constant(std::span<const int32_t>(values));
  return tensor;
}

inline Tensor int32_scalar(std::string name, int32_t value) {
  Tensor tensor = int32_constant(std::move(name), {value});
  tensor.shape.clear();
  return tensor;
}

/// The operator's options. Errors: bad_file, where they are missing or another operator's.
template <class Options>
const Options& options_of(const TfliteReader& reader) {
  const Options* options = reader.source.builtin_options_as<Options>();
  if (!options) throw Error(ErrorKind::bad_file, "its options are missing");
  return *options;
}

/// A stride, dilation, filter extent or multiplier. Errors: bad_file.
inline int32_t factor(int32_t value, const char* name) {
  constexpr int32_t kMost = 1 << 10;
  if (value < 1 || value > kMost) {
    throw Error(ErrorKind::bad_file,
                std::string(name) + " is " + std::to_string(value) + ", not 1 to " + std::to_string(kMost));
  }
  return value;
}

/// Strides, padding, activation and, where Op has them, dilation and filter. Errors: bad_file, unsupported.
template <class Op, class Options>
void read_window(Op& op, const Options& options) {
  op.stride_height = factor(options.stride_h(), "the stride");
  op.stride_width = factor(options.stride_w(), "the stride");
  if constexpr (requires { op.dilation_height; }) {
    op.dilation_height = factor(options.dilation_h_factor(), "the dilation");
    op.dilation_width = factor(options.dilation_w_factor(), "the dilation");
  }
  if constexpr (requires { op.filter_height; }) {
    op.filter_height = factor(options.filter_height(), "the filter");
    op.filter_width = factor(options.filter_width(), "the filter");
  }
  op.padding = from_tflite(options.padding());
  op.activation = from_tflite(options.fused_activation_function());
}

template <class Options, class Op>
Options window_options(const Op& op) {
  Options options;
  options.stride_h = op.stride_height;
  options.stride_w = op.stride_width;
  if constexpr (requires { op.dilation_height; }) {
    options.dilation_h_factor = op.dilation_height;
    options.dilation_w_factor = op.dilation_width;
  }
  if constexpr (requires { op.filter_height; }) {
    options.filter_height = op.filter_height;
    options.filter_width = op.filter_width;
  }
  options.padding = to_tflite(op.padding);
  options.fused_activation_function = to_tflite(op.activation);
  return options;
}

/// The version and runtime of an operator whose int8 form came with TensorFlow 1.14; of int16, where it has a
/// version of its own, with 2.3.
inline void set_versions(TfliteWriter& writer, int32_t float_version, int32_t int8_version,
                         int32_t int16_version = 0) {
  if (int16_version > 0 && writer.input(0).dtype == DType::int16) {
    writer.version = int16_version;
    writer.min_runtime = "2.3.0";
    return;
  }
  writer.version = writer.is_int8() ? int8_version : float_version;
  writer.min_runtime = writer.is_int8() ? "1.14.0" : "1.5.0";
}

}  // namespace tinyml::ops
