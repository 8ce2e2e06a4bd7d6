// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

namespace {

struct Setting {
  const char* name;
  Shape input;
  int32_t channels, filter_height, filter_width;
  Conv2D op;
  float output_scale = 0.4f;
  int32_t input_zero_point = -3, output_zero_point = 5;
  bool per_channel = true, has_bias = true;
};

OperatorCase make(const Setting& s, uint64_t seed) {
  CaseBuilder builder(std::string("conv_2d_") + s.name, seed);
  const int32_t taps = s.filter_height * s.filter_width * s.input[3];
  const TensorId x = builder.input(s.input, 0.02f, s.input_zero_point);
  const TensorId w = builder.weights({s.channels, s.filter_height, s.filter_width, s.input[3]},
                                     s.per_channel ? 0 : -1, 0.01);
  std::vector<TensorId> inputs = {x, w};
  if (s.has_bias) inputs.push_back(builder.bias(s.channels, taps, x, w));
  return builder.finish(s.op, inputs, builder.output(s.output_scale, s.output_zero_point));
}

// Channels that no input moves: one dead and saturated by its bias, one of a vanishing scale.
OperatorCase with_constant_channels() {
  OperatorCase one = make({"constant_channels", {1, 5, 5, 4}, 6, 3, 3, {}}, 90);
  Graph& graph = one.graph;
  const Node& node = graph.nodes[0];
  auto values = graph[node.inputs[1]].values<int8_t>();
  std::vector<int8_t> weights(values.begin(), values.end());
  for (size_t i = 36; i < 72; ++i) weights[i] = 0;
  graph[node.inputs[1]].data = to_constant(std::span<const int8_t>(weights));
  graph[node.inputs[1]].quantization.scales[3] = 1e-9f;
  graph[node.inputs[1]].quantization.scales[4] = 1e-12f;
  auto old_bias = graph[node.inputs[2]].values<int32_t>();
  std::vector<int32_t> bias(old_bias.begin(), old_bias.end());
  bias[1] = 1 << 30;
  bias[3] = -(1 << 29);
  graph[node.inputs[2]].data = to_constant(std::span<const int32_t>(bias));
  return one;
}

}  // namespace

std::vector<OperatorCase> conv_2d_cases() {
  const auto relu = Activation::relu, relu6 = Activation::relu6, none = Activation::none;
  const auto same = Padding::same, valid = Padding::valid;
  const std::vector<Setting> settings = {
      {"pointwise", {1, 5, 4, 16}, 8, 1, 1, {}},
      {"pointwise_relu", {1, 7, 3, 8}, 12, 1, 1, {.activation = relu}, 0.1f, -128, -128},
      {"pointwise_odd_channels", {1, 3, 3, 5}, 7, 1, 1, {}, 0.1f},
      {"pointwise_one_position", {1, 1, 1, 12}, 4, 1, 1, {}, 0.1f},
      {"pointwise_stride", {1, 7, 6, 8}, 4, 1, 1, {.stride_height = 2, .stride_width = 2}},
      {"3x3", {1, 6, 7, 3}, 8, 3, 3, {}},
      {"3x3_valid", {1, 6, 7, 4}, 5, 3, 3, {.padding = valid}},
      {"3x3_stride_2", {1, 8, 9, 4}, 6, 3, 3, {.stride_height = 2, .stride_width = 2, .activation = relu6}},
      {"3x3_relu6_bounds", {1, 6, 6, 4}, 4, 3, 3, {.activation = relu6}, 0.08f, 127, -40},
      {"5x5_one_channel",
       {1, 13, 10, 1},
       16,
       5,
       5,
       {.stride_height = 2, .stride_width = 2, .activation = relu}},
      {"10x4", {1, 21, 10, 1}, 6, 10, 4, {.stride_height = 2, .stride_width = 2}, 0.2f, 83, -128},
      {"1x9_temporal", {1, 1, 20, 8}, 8, 1, 9, {.stride_width = 2, .activation = relu}},
      {"9x1_temporal", {1, 20, 1, 8}, 8, 9, 1, {}, 1.0f},
      {"dilated", {1, 11, 12, 3}, 4, 3, 3, {.dilation_height = 2, .dilation_width = 3}},
      {"dilated_valid",
       {1, 11, 12, 2},
       4,
       3,
       3,
       {.dilation_height = 3, .dilation_width = 2, .padding = valid}},
      {"window_larger_than_image", {1, 2, 3, 4}, 4, 5, 7, {.padding = same}},
      {"one_scale", {1, 5, 5, 4}, 6, 3, 3, {}, 0.5f, 0, 0, false},
      {"no_bias", {1, 5, 5, 4}, 6, 3, 3, {.activation = none}, 0.5f, 7, -9, true, false},
      {"multiplier_near_one", {1, 5, 5, 2}, 4, 1, 1, {}, 3e-4f},
      {"multiplier_above_one", {1, 5, 5, 2}, 4, 1, 1, {}, 2e-5f},
      {"wide", {1, 4, 3, 64}, 9, 3, 3, {.activation = relu}, 2.0f},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) cases.push_back(make(settings[i], 100 + i));
  cases.push_back(with_constant_channels());
  return cases;
}

}  // namespace tinyml::tests
