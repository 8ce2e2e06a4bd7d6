// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> reshape_cases() {
  CaseBuilder builder("reshape_flatten", 700);
  const TensorId x = builder.input({1, 2, 3, 4}, 0.1f, 0);
  std::vector<OperatorCase> cases;
  cases.push_back(builder.finish(Reshape{{1, 24}}, {x}, builder.output(0.1f, 0)));
  {
    CaseBuilder of_indices("reshape_int32", 701);
    const TensorId y = of_indices.input({1, 2, 3}, DType::int32);
    cases.push_back(of_indices.finish(Reshape{{3, 2}}, {y}, of_indices.output_like(y)));
  }
  return cases;
}

}  // namespace tinyml::tests
