// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> split_cases() {
  struct Setting {
    const char* name;
    DType dtype;
    int32_t axis;
    std::vector<int32_t> extents;
  };
  const std::vector<Setting> settings = {
      {"split_rows", DType::int8, 1, {2, 2, 2}},
      {"split_channels", DType::int8, 3, {1, 4, 3}},
      {"split_one", DType::int8, 2, {5}},
      {"split_int16", DType::int16, 2, {4, 1}},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(s.name, 610 + i);
    const int32_t zero_point = s.dtype == DType::int8 ? 5 : 0;
    const TensorId input = builder.input({1, 6, 5, 8}, 0.2f, zero_point, s.dtype);
    std::vector<TensorId> outputs;
    for (size_t part = 0; part < s.extents.size(); ++part) {
      outputs.push_back(builder.output(0.2f, zero_point, s.dtype));
    }
    cases.push_back(builder.finish(Split{s.axis, s.extents}, {input}, outputs));
  }
  for (int32_t axis = 1; axis < 4; ++axis) {
    CaseBuilder builder("unpack_axis_" + std::to_string(axis), 620 + static_cast<uint64_t>(axis));
    const DType dtype = axis == 1 ? DType::int8 : axis == 2 ? DType::int16 : DType::float32;
    const TensorId input = builder.input({1, 2, 3, 4}, dtype);
    std::vector<TensorId> outputs;
    for (int32_t part = 0; part <= axis; ++part) outputs.push_back(builder.output_like(input));
    const Split op{axis, std::vector<int32_t>(static_cast<size_t>(axis) + 1, 1), true};
    cases.push_back(builder.finish(op, {input}, outputs));
  }
  return cases;
}

}  // namespace tinyml::tests
