// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> logical_cases() {
  struct Setting {
    const char* name;
    Shape a, b;
    bool constant = false;
  };
  const std::vector<Setting> settings = {
      {"same", {1, 3, 4, 5}, {1, 3, 4, 5}},
      {"channels", {1, 3, 4, 5}, {5}, true},
      {"crossed", {1, 3, 1, 5}, {1, 1, 4, 1}},
  };
  std::vector<OperatorCase> cases;
  for (const LogicalKind kind : {LogicalKind::logical_and, LogicalKind::logical_or}) {
    const Logical op{kind};
    for (const Setting& s : settings) {
      CaseBuilder builder(std::string(op.name()) + "_" + s.name, 3100 + cases.size());
      const TensorId a = builder.input(s.a, 0, 0, DType::boolean);
      const TensorId b =
          s.constant ? builder.constant(s.b, 0, 0, DType::boolean) : builder.input(s.b, 0, 0, DType::boolean);
      cases.push_back(builder.finish(op, {a, b}, builder.output(0, 0, DType::boolean)));
    }
  }
  CaseBuilder builder("logical_not", 3100 + cases.size());
  const TensorId x = builder.input({1, 3, 7}, 0, 0, DType::boolean);
  cases.push_back(
      builder.finish(Logical{LogicalKind::logical_not}, {x}, builder.output(0, 0, DType::boolean)));
  return cases;
}

}  // namespace tinyml::tests
