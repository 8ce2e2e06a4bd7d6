// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/broadcasting.h"
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> mul_cases() {
  std::vector<OperatorCase> cases =
      pair_cases<Mul>("mul_", 580,
                      {
                          {"whole_range", 0.1f, 0.1f, 1.3f, 0, 0, 0},
                          {"zero_points", 0.05f, 0.07f, 0.5f, -128, 127, -20},
                          {"relu", 0.3f, 0.02f, 0.25f, 5, -60, -128, Activation::relu},
                          {"relu6", 0.03f, 0.04f, 0.03f, -10, 20, -100, Activation::relu6},
                          {"multiplier_above_one", 2.0f, 3.0f, 4.0f, 1, 2, 3},
                          {"small_multiplier", 0.001f, 0.002f, 0.1f, 7, -9, 11},
                      });
  CaseBuilder builder("mul_square", 599);
  const TensorId x = builder.input({1, 40}, 0.06f, -17);
  cases.push_back(builder.finish(Mul{}, {x, x}, builder.output(0.4f, -128)));
  for (OperatorCase& one : broadcasting_cases("mul", Mul{Activation::relu}, 1580))
    cases.push_back(std::move(one));
  return cases;
}

}  // namespace tinyml::tests
