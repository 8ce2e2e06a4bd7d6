// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

namespace {

struct Setting {
  const char* name;
  Shape input;
  int32_t filter_height, filter_width;
  DepthwiseConv2D op;
  float output_scale = 0.15f;
  int32_t input_zero_point = 4, output_zero_point = -6;
  bool has_bias = true;
};

OperatorCase make(const Setting& s, uint64_t seed) {
  CaseBuilder builder(std::string("depthwise_conv_2d_") + s.name, seed);
  const int32_t channels = s.input[3] * s.op.depth_multiplier;
  const TensorId x = builder.input(s.input, 0.02f, s.input_zero_point);
  const TensorId w = builder.weights({1, s.filter_height, s.filter_width, channels}, 3, 0.01);
  std::vector<TensorId> inputs = {x, w};
  if (s.has_bias) inputs.push_back(builder.bias(channels, s.filter_height * s.filter_width, x, w));
  return builder.finish(s.op, inputs, builder.output(s.output_scale, s.output_zero_point));
}

}  // namespace

std::vector<OperatorCase> depthwise_conv_2d_cases() {
  const auto relu = Activation::relu, relu6 = Activation::relu6;
  const auto valid = Padding::valid;
  const std::vector<Setting> settings = {
      {"3x3", {1, 7, 5, 8}, 3, 3, {}},
      {"3x3_relu", {1, 6, 5, 16}, 3, 3, {.activation = relu}, 0.05f, -128, -128},
      {"3x3_even_rows", {1, 4, 6, 4}, 3, 3, {.activation = relu6}, 0.02f, -128, -128},
      {"3x3_one_row", {1, 1, 6, 4}, 3, 3, {}},
      {"3x3_one_column", {1, 5, 1, 4}, 3, 3, {}},
      {"3x3_valid", {1, 7, 8, 8}, 3, 3, {.padding = valid}},
      {"3x3_stride_2", {1, 9, 8, 4}, 3, 3, {.stride_height = 2, .stride_width = 2}},
      {"3x3_stride_1x2", {1, 7, 10, 8}, 3, 3, {.stride_width = 2, .activation = relu}},
      {"3x3_stride_2x1", {1, 8, 5, 8}, 3, 3, {.stride_height = 2}},
      {"odd_channels", {1, 5, 5, 7}, 3, 3, {}},
      {"9x1_temporal", {1, 25, 1, 12}, 9, 1, {.activation = relu}, 0.1f, -128, -128},
      {"1x9_temporal", {1, 1, 25, 8}, 1, 9, {}},
      {"9x1_stride_2", {1, 25, 1, 8}, 9, 1, {.stride_height = 2}},
      {"9x1_dilated", {1, 25, 1, 8}, 9, 1, {.dilation_height = 2}},
      {"9x1_short", {1, 4, 1, 8}, 9, 1, {}},
      {"5x5", {1, 8, 8, 4}, 5, 5, {}, 0.3f},
      {"2x2", {1, 6, 6, 4}, 2, 2, {}},
      {"dilated", {1, 9, 10, 4}, 3, 3, {.dilation_height = 2, .dilation_width = 2}},
      {"multiplier_2", {1, 6, 6, 3}, 3, 3, {.depth_multiplier = 2}},
      {"one_channel",
       {1, 12, 10, 1},
       10,
       8,
       {.stride_height = 2, .stride_width = 2, .depth_multiplier = 8},
       0.4f},
      {"no_bias", {1, 6, 5, 8}, 3, 3, {}, 0.1f, 5, 3, false},
      {"multiplier_above_one", {1, 5, 5, 4}, 3, 3, {}, 5e-5f},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) cases.push_back(make(settings[i], 200 + i));
  return cases;
}

}  // namespace tinyml::tests
