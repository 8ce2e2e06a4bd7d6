// SPDX-License-Identifier: Apache-2.0
// Layers of int16 activations on int8 weights.
#include <cmath>

#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

enum class Bias { int64, int32, none };

struct Setting {
  const char* name;
  Operator op;
  Shape input, weights;
  int32_t axis;  // of the weights' scales; -1: one
  int32_t taps;
  Bias bias = Bias::int64;
  float output_scale = 0.002f;
  double large = 1;  // times the usual bias
};

OperatorCase make(const Setting& s, uint64_t seed) {
  CaseBuilder builder(std::string("int16x8_") + s.name, seed);
  const TensorId x = builder.input(s.input, 0.0003f, 0, DType::int16);
  const TensorId weights = builder.weights(s.weights, s.axis, 0.004);
  std::vector<TensorId> inputs = {x, weights};
  if (s.bias != Bias::none) {
    const int32_t channels = s.axis == 3 ? s.weights[3] : s.weights[0];
    inputs.push_back(builder.bias(channels, s.taps, x, weights));
    Tensor& bias = builder.tensor(inputs.back());
    const auto wide = bias.values<int64_t>();
    std::vector<int64_t> values(wide.begin(), wide.end());
    for (int64_t& value : values) value = static_cast<int64_t>(static_cast<double>(value) * s.large);
    bias.data = to_constant(std::span<const int64_t>(values));
    if (s.bias == Bias::int32) {
      const std::vector<int32_t> narrow(values.begin(), values.end());
      bias.dtype = DType::int32;
      bias.data = to_constant(std::span<const int32_t>(narrow));
    }
  }
  return builder.finish(s.op, inputs, builder.output(s.output_scale, 0, DType::int16));
}

}  // namespace

std::vector<OperatorCase> int16x8_cases() {
  const auto relu = Activation::relu, relu6 = Activation::relu6;
  const Padding valid = Padding::valid;
  const FullyConnected dense{}, dense_relu{relu};
  const DepthwiseConv2D twice{.depth_multiplier = 2};
  const std::vector<Setting> settings = {
      {"conv_2d", Conv2D{}, {1, 6, 7, 3}, {8, 3, 3, 3}, 0, 27},
      {"conv_2d_valid_relu", Conv2D{.padding = valid, .activation = relu}, {1, 6, 7, 4}, {5, 3, 3, 4}, 0, 36},
      {"conv_2d_relu6", Conv2D{.activation = relu6}, {1, 5, 5, 4}, {5, 3, 3, 4}, 0, 36, Bias::int64, 0.0004f},
      {"conv_2d_stride", Conv2D{.stride_height = 2, .stride_width = 3}, {1, 8, 9, 2}, {4, 3, 2, 2}, -1, 12},
      {"conv_2d_dilated",
       Conv2D{.dilation_height = 2, .dilation_width = 3},
       {1, 9, 10, 3},
       {4, 3, 3, 3},
       0,
       27},
      {"conv_2d_pointwise", Conv2D{}, {1, 5, 3, 16}, {7, 1, 1, 16}, 0, 16},
      {"conv_2d_long_sums", Conv2D{}, {1, 3, 3, 200}, {3, 3, 3, 200}, 0, 1800, Bias::int64, 0.02f},
      {"conv_2d_large_bias", Conv2D{}, {1, 4, 3, 3}, {4, 3, 3, 3}, 0, 27, Bias::int64, 20.0f, 4e3},
      {"conv_2d_int32_bias", Conv2D{}, {1, 6, 7, 3}, {8, 3, 3, 3}, 0, 27, Bias::int32},
      {"conv_2d_int32_bias_relu", Conv2D{.activation = relu}, {1, 5, 2, 9}, {6, 1, 1, 9}, 0, 9, Bias::int32},
      {"conv_2d_no_bias", Conv2D{}, {1, 6, 7, 3}, {5, 3, 3, 3}, 0, 27, Bias::none},
      {"depthwise", DepthwiseConv2D{}, {1, 7, 5, 6}, {1, 3, 3, 6}, 3, 9},
      {"depthwise_relu",
       DepthwiseConv2D{.stride_width = 2, .activation = relu},
       {1, 7, 6, 3},
       {1, 3, 2, 3},
       3,
       6},
      {"depthwise_valid", DepthwiseConv2D{.padding = valid}, {1, 9, 6, 4}, {1, 5, 3, 4}, 3, 15},
      {"depthwise_twice", twice, {1, 6, 6, 3}, {1, 3, 3, 6}, 3, 9},
      {"depthwise_one_channel", DepthwiseConv2D{.depth_multiplier = 4}, {1, 8, 6, 1}, {1, 5, 3, 4}, 3, 15},
      {"depthwise_no_bias", DepthwiseConv2D{}, {1, 6, 5, 8}, {1, 3, 3, 8}, 3, 9, Bias::none},
      {"depthwise_large_bias", DepthwiseConv2D{}, {1, 4, 5, 2}, {1, 3, 3, 2}, 3, 9, Bias::int64, 20.0f, 6e3},
      {"fully_connected_int32_bias", dense, {1, 40}, {6, 40}, -1, 40, Bias::int32},
      {"fully_connected", dense, {1, 40}, {6, 40}, -1, 40},
      {"fully_connected_relu", dense_relu, {1, 13}, {5, 13}, -1, 13},
      {"fully_connected_rows", FullyConnected{Activation::none, true}, {1, 3, 8}, {5, 8}, -1, 8},
      {"fully_connected_no_bias", dense, {1, 24}, {7, 24}, -1, 24, Bias::none},
      {"fully_connected_relu_n1_to_1",
       FullyConnected{Activation::relu_n1_to_1},
       {1, 13},
       {5, 13},
       -1,
       13,
       Bias::int64,
       0.00005f},
      {"fully_connected_long_sums", dense, {1, 2000}, {3, 2000}, -1, 2000, Bias::int64, 0.02f},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) cases.push_back(make(s, 2300 + cases.size()));
  return cases;
}

}  // namespace tinyml::tests
