// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

namespace {

struct Setting {
  const char* name;
  Shape input;
  int32_t inputs, outputs;
  Activation activation = Activation::none;
  bool per_channel = false, has_bias = true;
  float output_scale = 0.3f;
  int32_t input_zero_point = 9, output_zero_point = -7;
  bool keep_dims = false;
};

OperatorCase make(const Setting& s, uint64_t seed) {
  CaseBuilder builder(std::string("fully_connected_") + s.name, seed);
  const TensorId x = builder.input(s.input, 0.02f, s.input_zero_point);
  const TensorId w = builder.weights({s.outputs, s.inputs}, s.per_channel ? 0 : -1, 0.01);
  std::vector<TensorId> inputs = {x, w};
  if (s.has_bias) inputs.push_back(builder.bias(s.outputs, s.inputs, x, w));
  return builder.finish(FullyConnected{s.activation, s.keep_dims}, inputs,
                        builder.output(s.output_scale, s.output_zero_point));
}

}  // namespace

std::vector<OperatorCase> fully_connected_cases() {
  const auto relu = Activation::relu, relu6 = Activation::relu6, none = Activation::none;
  const std::vector<Setting> settings = {
      {"40_to_6", {1, 40}, 40, 6},
      {"64_to_12", {1, 64}, 64, 12, relu, false, true, 0.3f, -128, -128},
      {"relu6", {1, 16}, 16, 8, relu6, false, true, 0.04f, 0, -20},
      {"odd", {1, 13}, 13, 5},
      {"keep_dims", {1, 3, 8}, 8, 5, none, false, true, 0.3f, 9, -7, true},
      {"one_by_one", {1, 1}, 1, 1, none, false, true, 0.01f},
      {"two_rows", {2, 20}, 20, 7},
      {"image", {1, 3, 4, 2}, 24, 4},
      {"per_channel", {1, 24}, 24, 10, relu, true},
      {"no_bias", {1, 24}, 24, 10, none, false, false},
      {"large", {1, 640}, 640, 9, relu, false, true, 1.0f},
      {"multiplier_above_one", {1, 3}, 3, 3, none, false, true, 5e-5f},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) cases.push_back(make(settings[i], 300 + i));
  return cases;
}

}  // namespace tinyml::tests
