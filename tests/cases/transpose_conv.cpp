// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> transpose_conv_cases() {
  struct Setting {
    const char* name;
    TransposeConv op;
    Shape input, weights;
    int32_t axis;  // of the weights' scales; -1: one
    bool bias;
  };
  const std::vector<Setting> settings = {
      {"transpose_conv_same", {2, 2, Padding::same, 8, 6}, {1, 4, 3, 5}, {6, 3, 3, 5}, 0, true},
      {"transpose_conv_odd", {2, 2, Padding::same, 7, 5}, {1, 4, 3, 2}, {3, 4, 4, 2}, 0, true},
      {"transpose_conv_valid", {2, 3, Padding::valid, 9, 8}, {1, 4, 3, 2}, {3, 3, 2, 2}, 0, false},
      {"transpose_conv_steps", {1, 1, Padding::valid, 5, 4}, {1, 3, 3, 4}, {1, 3, 2, 4}, -1, true},
      {"transpose_conv_gaps", {3, 3, Padding::same, 12, 9}, {1, 4, 3, 2}, {2, 1, 2, 2}, 0, true},
  };
  std::vector<OperatorCase> cases;
  for (const bool wide : {false, true}) {
    for (const Setting& s : settings) {
      CaseBuilder builder(s.name + std::string(wide ? "_int16" : ""), 1050 + cases.size());
      const TensorId x =
          wide ? builder.input(s.input, 0.001f, 0, DType::int16) : builder.input(s.input, 0.05f, 4);
      const TensorId weights = builder.weights(s.weights, s.axis, 0.01);
      std::vector<TensorId> inputs = {x, weights};
      if (s.bias) inputs.push_back(builder.bias(s.weights[0], 50, x, weights));
      const TensorId y = wide ? builder.output(0.01f, 0, DType::int16) : builder.output(0.3f, -11);
      cases.push_back(builder.finish(s.op, inputs, y));
    }
  }
  return cases;
}

}  // namespace tinyml::tests
