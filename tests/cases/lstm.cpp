// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> lstm_cases() {
  struct Setting {
    RecurrentSetting shape;
    int32_t cell_scale_log2;
    float spread = 1.5f;  // of the gates' sums
    float cell_clip = 0;
  };
  const std::vector<Setting> settings = {
      {{"plain", 9, 6, 16, 0.05f, 3, 1.0f / 128, 0}, -12},
      {{"one_step", 1, 4, 8, 0.03f, -128, 0.006f, 12}, -11},
      {{"one_unit", 20, 3, 1, 0.1f, 127, 0.007f, -7}, -13},
      {{"wide_cells", 40, 5, 7, 0.05f, -20, 1.0f / 128, 0}, -9, 4},
      {{"narrow_cells", 12, 2, 5, 0.02f, 40, 0.004f, -128}, -15, 0.3f},
      {{"saturated", 15, 9, 12, 0.4f, 0, 0.005f, 100}, -12, 30},
      {{"clipped", 25, 4, 6, 0.05f, 5, 1.0f / 128, 0}, -11, 3, 1.5f},
      {{"more_inputs_than_units", 30, 24, 10, 0.05f, -3, 1.0f / 128, 0}, -12},
      {{"int16", 9, 6, 16, 0.0002f, 0, 1.0f / 32768, 0, DType::int16}, -12},
      {{"int16_clipped", 25, 4, 6, 0.0002f, 0, 0.0001f, 0, DType::int16}, -11, 3, 1.5f},
      {{"int16_long_sums", 3, 900, 5, 0.0002f, 0, 1.0f / 32768, 0, DType::int16}, -12},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(std::string("lstm_") + s.shape.name, 900 + i);
    std::vector<TensorId> inputs = recurrent_inputs(builder, s.shape, 4, s.spread);
    cases.push_back(
        builder.finish(Lstm{s.cell_clip, s.cell_scale_log2}, inputs,
                       builder.output(s.shape.output_scale, s.shape.output_zero_point, s.shape.dtype)));
  }
  return cases;
}

}  // namespace tinyml::tests
