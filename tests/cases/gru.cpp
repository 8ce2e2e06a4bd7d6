// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> gru_cases() {
  struct Setting {
    RecurrentSetting shape;
    float spread = 1.5f;  // of the gates' sums
  };
  const std::vector<Setting> settings = {
      {{"plain", 9, 6, 16, 0.05f, 3, 1.0f / 128, 0}},
      {{"one_step", 1, 4, 8, 0.03f, -128, 0.006f, 12}},
      {{"one_unit", 20, 3, 1, 0.1f, 127, 0.007f, -7}},
      {{"slow", 40, 5, 7, 0.05f, -20, 0.004f, 0}, 0.2f},
      {{"saturated", 15, 9, 12, 0.4f, 0, 0.005f, 100}, 30},
      {{"more_inputs_than_units", 12, 24, 10, 0.05f, -3, 1.0f / 128, 0}},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(std::string("gru_") + s.shape.name, 970 + i);
    std::vector<TensorId> inputs = recurrent_inputs(builder, s.shape, 3, s.spread);
    const TensorId recurrent_bias = builder.bias(s.shape.units, 20000, inputs[0], inputs[6]);
    builder.tensor(recurrent_bias).quantization.scales = {builder.tensor(inputs[6]).quantization.scale() /
                                                          32768};
    inputs.push_back(recurrent_bias);
    cases.push_back(
        builder.finish(Gru{}, inputs, builder.output(s.shape.output_scale, s.shape.output_zero_point)));
  }
  return cases;
}

}  // namespace tinyml::tests
