// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> transpose_cases() {
  struct Setting {
    const char* name;
    std::vector<int32_t> permutation;
    DType dtype;
    Shape input;
  };
  const std::vector<Setting> settings = {
      {"transpose_matrix", {0, 2, 1}, DType::int8, {1, 5, 7}},
      {"transpose_to_channels_first", {0, 3, 1, 2}, DType::int8, {1, 4, 3, 6}},
      {"transpose_to_channels_last", {0, 2, 3, 1}, DType::int16, {1, 4, 3, 6}},
      {"transpose_reverse", {3, 2, 1, 0}, DType::int8, {1, 4, 3, 5}},
      {"transpose_runs", {2, 1, 3, 0}, DType::float32, {1, 4, 3, 5}},
      {"transpose_nothing", {0, 1, 2}, DType::int8, {1, 4, 3}},
      {"transpose_five", {4, 0, 3, 1, 2}, DType::int8, {1, 2, 3, 4, 2}},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(s.name, 960 + cases.size());
    const TensorId x = builder.input(s.input, s.dtype);
    cases.push_back(builder.finish(Transpose{s.permutation}, {x}, builder.output_like(x)));
  }
  return cases;
}

}  // namespace tinyml::tests
