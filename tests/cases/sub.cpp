// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> sub_cases() {
  struct Setting {
    const char* name;
    float a_scale, b_scale, output_scale;
    int32_t a_zero_point, b_zero_point, output_zero_point;
    Activation activation = Activation::none;
  };
  const std::vector<Setting> settings = {
      {"equal_scales", 0.1f, 0.1f, 0.2f, 0, 0, 0},
      {"first_larger", 0.31f, 0.07f, 0.3f, -128, 12, -128, Activation::relu},
      {"second_larger", 0.013f, 0.4f, 0.22f, 127, -128, 64},
      {"far_apart", 0.001f, 0.5f, 0.5f, 3, 4, 5},
      {"relu6", 0.05f, 0.06f, 0.03f, -10, 20, -100, Activation::relu6},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(std::string("sub_") + s.name, 560 + i);
    const Shape shape = {1, 6, 7, 13};
    const TensorId a = builder.input(shape, s.a_scale, s.a_zero_point);
    const TensorId b = builder.input(shape, s.b_scale, s.b_zero_point);
    cases.push_back(
        builder.finish(Sub{s.activation}, {a, b}, builder.output(s.output_scale, s.output_zero_point)));
  }
  return cases;
}

}  // namespace tinyml::tests
