// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

OperatorCase variables_case() {
  CaseBuilder builder("variables", 620);
  const TensorId input = builder.input({1, 2, 3}, 0.1f, -7);
  const auto add_ring = [&](const char* name, int8_t first, int8_t step) {
    std::vector<int8_t> values(12);
    for (int8_t& value : values) value = first = static_cast<int8_t>(first + step);
    Tensor variable = builder.tensor(input);
    variable.name = name;
    variable.shape = {1, 4, 3};
    variable.data = to_constant(std::span<const int8_t>(values));
    variable.is_variable = true;
    return builder.add(std::move(variable));
  };
  const auto add_value = [&](const char* name, Shape shape) {
    Tensor value = builder.tensor(input);
    value.name = name;
    value.shape = std::move(shape);
    return builder.add(std::move(value));
  };
  const TensorId uniform = add_ring("uniform", -7, 0), counted = add_ring("counted", 1, 5);
  const TensorId old = add_value("old", {1, 4, 3}), older = add_value("older", {1, 4, 3});
  const TensorId whole = add_value("whole", {1, 6, 3}), gone = add_value("gone", {1, 2, 3});
  const TensorId kept = add_value("kept", {1, 4, 3});
  builder.node(ReadVariable{}, {uniform}, {old});
  builder.node(ReadVariable{}, {counted}, {older});
  builder.node(Concatenation{1}, {old, input}, {whole});
  builder.node(Split{1, {2, 4}}, {whole}, {gone, kept});
  builder.node(AssignVariable{}, {kept}, {uniform});
  builder.node(AssignVariable{}, {old}, {counted});
  return builder.finish(Concatenation{1}, {kept, older, gone}, builder.output(0.1f, -7));
}

}  // namespace tinyml::tests
