// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> gru_cases() {
  struct Setting {
    const char* name;
    int32_t steps, inputs, units;
    float input_scale;
    int32_t input_zero_point;
    float output_scale;
    int32_t output_zero_point;
    float spread = 1.5f;  // of the gates' sums
  };
  const std::vector<Setting> settings = {
      {"plain", 9, 6, 16, 0.05f, 3, 1.0f / 128, 0},
      {"one_step", 1, 4, 8, 0.03f, -128, 0.006f, 12},
      {"one_unit", 20, 3, 1, 0.1f, 127, 0.007f, -7},
      {"slow", 40, 5, 7, 0.05f, -20, 0.004f, 0, 0.2f},
      {"saturated", 15, 9, 12, 0.4f, 0, 0.005f, 100, 30},
      {"more_inputs_than_units", 12, 24, 10, 0.05f, -3, 1.0f / 128, 0},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(std::string("gru_") + s.name, 970 + i);
    const TensorId x = builder.input({1, s.steps, s.inputs}, s.input_scale, s.input_zero_point);
    std::vector<TensorId> inputs = {x};
    const double deviation = 73.0;  // of uniform int8
    const double of_input = s.spread / (deviation * deviation * s.input_scale * std::sqrt(s.inputs));
    const double of_output = s.spread / (deviation * 0.4 * std::sqrt(s.units));
    for (int gate = 0; gate < 3; ++gate) inputs.push_back(builder.weights({s.units, s.inputs}, -1, of_input));
    for (int gate = 0; gate < 3; ++gate) inputs.push_back(builder.weights({s.units, s.units}, -1, of_output));
    for (size_t gate = 1; gate <= 3; ++gate) {
      inputs.push_back(builder.bias(s.units, s.inputs, x, inputs[gate]));
    }
    const TensorId recurrent_bias = builder.bias(s.units, 20000, x, inputs[6]);
    builder.tensor(recurrent_bias).quantization.scales = {builder.tensor(inputs[6]).quantization.scale() /
                                                          32768};
    inputs.push_back(recurrent_bias);
    cases.push_back(builder.finish(Gru{}, inputs, builder.output(s.output_scale, s.output_zero_point)));
  }
  return cases;
}

}  // namespace tinyml::tests
