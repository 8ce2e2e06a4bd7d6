// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> concatenation_cases() {
  std::vector<OperatorCase> cases;
  for (int32_t axis = 0; axis < 4; ++axis) {
    CaseBuilder builder("concatenation_axis_" + std::to_string(axis), 600 + static_cast<uint64_t>(axis));
    std::vector<TensorId> inputs;
    for (const int32_t extent : {3, 1, 2}) {
      Shape shape = {1, 2, 3, 2};
      shape[static_cast<size_t>(axis)] = axis == 0 ? 1 : extent;
      inputs.push_back(builder.input(shape, 0.1f, 3));
    }
    cases.push_back(builder.finish(Concatenation{axis}, inputs, builder.output(0.1f, 3)));
  }
  for (int32_t axis = 0; axis < 4; ++axis) {
    CaseBuilder builder("pack_axis_" + std::to_string(axis), 606 + static_cast<uint64_t>(axis));
    const DType dtype = axis == 3 ? DType::int32 : axis == 2 ? DType::float32 : DType::int8;
    std::vector<TensorId> inputs;
    for (int i = 0; i < 3; ++i) inputs.push_back(builder.input({1, 2, 5}, dtype));
    const TensorId y = builder.output_like(inputs[0]);
    cases.push_back(builder.finish(Concatenation{axis, true}, inputs, y));
  }
  {
    CaseBuilder builder("concatenation_int16", 604);
    const TensorId a = builder.input({1, 4, 3}, 0.1f, 0, DType::int16);
    const TensorId b = builder.input({1, 4, 5}, 0.1f, 0, DType::int16);
    cases.push_back(builder.finish(Concatenation{2}, {a, b}, builder.output(0.1f, 0, DType::int16)));
  }
  {
    CaseBuilder builder("concatenation_constant", 605);
    const TensorId a = builder.constant({1, 2, 3}, 0.1f, -7);
    const TensorId b = builder.input({1, 2, 3}, 0.1f, -7);
    cases.push_back(builder.finish(Concatenation{1}, {a, b}, builder.output(0.1f, -7)));
  }
  return cases;
}

}  // namespace tinyml::tests
