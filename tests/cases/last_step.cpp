// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> last_step_cases() {
  std::vector<OperatorCase> cases;
  for (const Shape& shape : {Shape{1, 1, 5}, Shape{1, 9, 3}, Shape{1, 4, 1}}) {
    CaseBuilder builder("last_step_" + to_string(shape), 950 + cases.size());
    const TensorId x = builder.input(shape, 0.1f, 7);
    cases.push_back(builder.finish(LastStep{}, {x}, builder.output(0.1f, 7)));
  }
  return cases;
}

}  // namespace tinyml::tests
