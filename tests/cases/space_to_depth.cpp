// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> space_to_depth_cases() {
  struct Setting {
    const char* name;
    SpaceToDepth op;
    DType dtype;
    Shape input;
  };
  const std::vector<Setting> settings = {
      {"space_to_depth", {2, false}, DType::int8, {1, 4, 6, 3}},
      {"space_to_depth_3", {3, false}, DType::float32, {1, 6, 9, 1}},
      {"space_to_depth_1", {1, false}, DType::int8, {1, 2, 3, 2}},
      {"depth_to_space", {2, true}, DType::int8, {1, 3, 2, 12}},
      {"depth_to_space_3", {3, true}, DType::float32, {1, 2, 1, 9}},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(s.name, 970 + cases.size());
    const TensorId x = builder.input(s.input, s.dtype);
    cases.push_back(builder.finish(s.op, {x}, builder.output_like(x)));
  }
  return cases;
}

}  // namespace tinyml::tests
