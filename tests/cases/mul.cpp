// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> mul_cases() {
  struct Setting {
    const char* name;
    float a_scale, b_scale, output_scale;
    int32_t a_zero_point, b_zero_point, output_zero_point;
    Activation activation = Activation::none;
  };
  const std::vector<Setting> settings = {
      {"whole_range", 0.1f, 0.1f, 1.3f, 0, 0, 0},
      {"zero_points", 0.05f, 0.07f, 0.5f, -128, 127, -20},
      {"relu", 0.3f, 0.02f, 0.25f, 5, -60, -128, Activation::relu},
      {"relu6", 0.03f, 0.04f, 0.03f, -10, 20, -100, Activation::relu6},
      {"multiplier_above_one", 2.0f, 3.0f, 4.0f, 1, 2, 3},
      {"small_multiplier", 0.001f, 0.002f, 0.1f, 7, -9, 11},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(std::string("mul_") + s.name, 580 + i);
    const Shape shape = {1, 6, 7, 13};
    const TensorId a = builder.input(shape, s.a_scale, s.a_zero_point);
    const TensorId b = builder.input(shape, s.b_scale, s.b_zero_point);
    cases.push_back(
        builder.finish(Mul{s.activation}, {a, b}, builder.output(s.output_scale, s.output_zero_point)));
  }
  CaseBuilder builder("mul_square", 599);
  const TensorId x = builder.input({1, 40}, 0.06f, -17);
  cases.push_back(builder.finish(Mul{}, {x, x}, builder.output(0.4f, -128)));
  return cases;
}

}  // namespace tinyml::tests
