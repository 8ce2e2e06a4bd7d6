// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> pad_cases() {
  struct Setting {
    const char* name;
    Pad op;
    DType dtype;
    Shape input;
  };
  const PadMode constant = PadMode::constant, reflect = PadMode::reflect, symmetric = PadMode::symmetric;
  const std::vector<Setting> settings = {
      {"pad_image", {{0, 1, 2, 0}, {0, 1, 0, 0}, constant, 0}, DType::int8, {1, 4, 3, 5}},
      {"pad_all", {{2, 1, 0, 3}, {1, 0, 2, 1}, constant, 0}, DType::int8, {1, 3, 2, 3}},
      {"pad_nothing", {{0, 0}, {0, 0}, constant, 0}, DType::int8, {1, 4}},
      {"pad_int16", {{0, 1, 2}, {0, 3, 0}, constant, 0}, DType::int16, {1, 3, 3}},
      {"pad_int32", {{0, 1}, {0, 3}, constant, 0}, DType::int32, {1, 3}},
      {"pad_float", {{0, 1, 2}, {0, 3, 0}, constant, 0}, DType::float32, {1, 3, 3}},
      {"pad_five", {{0, 1, 0, 1, 0}, {0, 0, 1, 0, 1}, constant, 0}, DType::int8, {1, 2, 2, 3, 2}},
      {"pad_value", {{0, 1, 2, 0}, {0, 1, 0, 0}, constant, -1.3f}, DType::int8, {1, 4, 3, 5}},
      {"pad_value_int16", {{0, 1, 1}, {0, 0, 2}, constant, 7.0}, DType::int16, {1, 3, 5}},
      {"pad_value_int32", {{0, 1}, {0, 0}, constant, -123456789.0}, DType::int32, {1, 5}},
      {"pad_value_float", {{0, 1}, {0, 0}, constant, -2.5}, DType::float32, {1, 5}},
      {"pad_reflect", {{0, 3, 1, 0}, {0, 1, 2, 0}, reflect, 0}, DType::int8, {1, 4, 3, 2}},
      {"pad_reflect_channels", {{0, 0, 1, 2}, {0, 0, 1, 0}, reflect, 0}, DType::int8, {1, 2, 3, 3}},
      {"pad_symmetric", {{0, 4, 1, 0}, {0, 1, 3, 0}, symmetric, 0}, DType::int8, {1, 4, 3, 2}},
      {"pad_symmetric_all", {{1, 2, 0, 1}, {1, 0, 1, 2}, symmetric, 0}, DType::float32, {1, 2, 3, 2}},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(s.name, 980 + cases.size());
    const TensorId x = builder.input(s.input, s.dtype);
    cases.push_back(builder.finish(s.op, {x}, builder.output_like(x)));
  }
  return cases;
}

}  // namespace tinyml::tests
