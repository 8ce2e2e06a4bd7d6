// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> prelu_cases() {
  struct Setting {
    const char* name;
    Shape slopes;
    DType dtype = DType::int8;
    bool constant = true;
  };
  const std::vector<Setting> settings = {
      {"channels", {1, 1, 5}},
      {"elements", {3, 4, 5}},
      {"computed", {1, 3, 4, 5}, DType::int8, false},
      {"scalar", {1}},
      {"int16", {1, 1, 5}, DType::int16},
      {"float", {1, 1, 5}, DType::float32},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(std::string("prelu_") + s.name, 1800 + cases.size());
    const bool quantized = s.dtype != DType::float32, int8 = s.dtype == DType::int8;
    const DType slope = s.dtype == DType::int16 ? DType::int8 : s.dtype;
    const TensorId x = builder.input({1, 3, 4, 5}, quantized ? 0.04f : 0, int8 ? 9 : 0, s.dtype);
    const float slope_scale = quantized ? 0.008f : 0;
    const TensorId slopes = s.constant ? builder.constant(s.slopes, slope_scale, int8 ? -17 : 0, slope)
                                       : builder.input(s.slopes, slope_scale, int8 ? -17 : 0, slope);
    const TensorId output = builder.output(quantized ? 0.03f : 0, int8 ? -20 : 0, s.dtype);
    cases.push_back(builder.finish(Prelu{}, {x, slopes}, output));
  }
  return cases;
}

}  // namespace tinyml::tests
