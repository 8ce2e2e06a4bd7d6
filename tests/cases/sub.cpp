// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/broadcasting.h"
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> sub_cases() {
  std::vector<OperatorCase> cases =
      pair_cases<Sub>("sub_", 560,
                      {
                          {"equal_scales", 0.1f, 0.1f, 0.2f, 0, 0, 0},
                          {"first_larger", 0.31f, 0.07f, 0.3f, -128, 12, -128, Activation::relu},
                          {"second_larger", 0.013f, 0.4f, 0.22f, 127, -128, 64},
                          {"far_apart", 0.001f, 0.5f, 0.5f, 3, 4, 5},
                          {"relu6", 0.05f, 0.06f, 0.03f, -10, 20, -100, Activation::relu6},
                          {"relu_n1_to_1", 0.05f, 0.06f, 0.03f, -10, 20, 7, Activation::relu_n1_to_1},
                      });
  for (OperatorCase& one : broadcasting_cases("sub", Sub{Activation::relu}, 1540))
    cases.push_back(std::move(one));
  return cases;
}

}  // namespace tinyml::tests
