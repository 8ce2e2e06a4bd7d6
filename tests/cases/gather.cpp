// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> gather_cases() {
  struct Setting {
    const char* name;
    Gather op;
    DType dtype;
    Shape input, indices;
    bool constant;  // the indices
  };
  const std::vector<Setting> settings = {
      {"gather_channels", {3, 0}, DType::int8, {1, 2, 3, 5}, {4}, true},
      {"gather_rows", {1, 0}, DType::int8, {1, 6, 3}, {1, 4}, false},
      {"gather_matrix", {2, 0}, DType::float32, {1, 2, 5, 3}, {1, 2, 3}, false},
      {"gather_batch", {2, 1}, DType::int8, {1, 2, 5, 3}, {1, 3}, false},
      {"gather_each_row", {2, 2}, DType::float32, {1, 4, 5, 2}, {1, 4, 3}, false},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(s.name, 1040 + cases.size());
    const TensorId x = builder.input(s.input, s.dtype);
    const int32_t extent = s.input[static_cast<size_t>(s.op.axis)];
    const TensorId indices = builder.indices(s.indices, extent, s.constant);
    cases.push_back(builder.finish(s.op, {x, indices}, builder.output_like(x)));
  }
  CaseBuilder builder("gather_embedding", 1040 + cases.size());
  const TensorId rows = builder.constant({7, 4}, 0.1f, 3);
  const TensorId indices = builder.indices({1, 5}, 7, false);
  cases.push_back(builder.finish(Gather{0, 0}, {rows, indices}, builder.output_like(rows)));
  return cases;
}

}  // namespace tinyml::tests
