// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> strided_slice_cases() {
  struct Setting {
    const char* name;
    StridedSlice op;
    DType dtype;
    Shape input;
  };
  const std::vector<Setting> settings = {
      {"last_of_one_step", last_step(), DType::int8, {1, 1, 5}},
      {"last_step", last_step(), DType::int8, {1, 9, 3}},
      {"last_step_of_one_channel", last_step(), DType::int8, {1, 4, 1}},
      {"slice_inner",
       {{0, 1, 2, 0}, {0, 3, 5, 0}, {1, 1, 1, 1}, 0b1001, 0b1001, 0, 0},
       DType::int8,
       {1, 4, 6, 3}},
      {"slice_steps",
       {{0, 1, 0, 1}, {0, 9, 6, 5}, {1, 2, 3, 2}, 0b0001, 0b0001, 0, 0},
       DType::int16,
       {1, 7, 6, 5}},
      {"slice_backwards",
       {{0, -1, 5, 7}, {0, 0, -6, -9}, {1, -1, -2, -3}, 0b0001, 0b0011, 0, 0},
       DType::int8,
       {1, 4, 6, 5}},
      {"slice_clamped",
       {{0, -9, 100}, {0, 90, -100}, {1, 2, -1}, 0b001, 0b001, 0, 0},
       DType::int32,
       {1, 5, 4}},
      {"slice_shrinks",
       {{0, 2, 0, -2}, {0, 0, 0, 0}, {1, 1, 1, 1}, 0b0101, 0b0101, 0, 0b1010},
       DType::int8,
       {1, 4, 3, 5}},
      {"slice_masked_end", {{0, 3}, {0, 1}, {1, 2}, 0b01, 0b11, 0, 0}, DType::boolean, {1, 9}},
      {"slice_masked_begin", {{0, 3}, {0, 2}, {1, -1}, 0b11, 0b01, 0, 0}, DType::float32, {1, 9}},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(s.name, 950 + cases.size());
    const TensorId x = builder.input(s.input, s.dtype);
    cases.push_back(builder.finish(s.op, {x}, builder.output_like(x)));
  }
  return cases;
}

}  // namespace tinyml::tests
