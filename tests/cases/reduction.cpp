// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> reduction_cases() {
  struct Setting {
    const char* name;
    Shape shape;
    std::vector<int32_t> axes;
    bool keep = false;
    DType dtype = DType::int8;
    float scale = 0.05f, output_scale = 0.04f;
    int32_t zero_point = -9, output_zero_point = 14;
  };
  const std::vector<Setting> settings = {
      {"image", {1, 6, 7, 5}, {1, 2}, true},
      {"image_dropped", {1, 6, 7, 5}, {1, 2}},
      {"same_scale", {1, 6, 7, 5}, {1, 2}, true, DType::int8, 0.05f, 0.05f, 3, 3},
      {"same_scale_dropped", {1, 6, 7, 5}, {1, 2}, false, DType::int8, 0.05f, 0.05f, 3, 3},
      {"channels", {1, 6, 7, 5}, {3}},
      {"rows", {1, 6, 7, 5}, {1}, true},
      {"apart", {1, 6, 7, 5}, {1, 3}},
      {"long", {1, 3000, 2}, {1}},
      {"int16", {1, 6, 7, 5}, {1, 2}, true, DType::int16, 0.0005f, 0.0003f, 0, 0},
      {"int16_same_scale", {1, 6, 7, 5}, {2}, false, DType::int16, 0.0005f, 0.0005f, 0, 0},
      {"float", {1, 6, 7, 5}, {1, 2}, true, DType::float32, 0, 0, 0, 0},
      {"float_last", {1, 6, 7, 5}, {3}, false, DType::float32, 0, 0, 0, 0},
  };
  std::vector<OperatorCase> cases;
  for (const ReductionKind kind : {ReductionKind::mean, ReductionKind::sum}) {
    for (const Setting& s : settings) {
      const Reduction op{kind, s.axes, s.keep};
      CaseBuilder builder(std::string(op.name()) + "_" + s.name, 2100 + cases.size());
      const float grown = kind == ReductionKind::sum ? 20 : 1;
      const TensorId x = builder.input(s.shape, s.scale, s.zero_point, s.dtype);
      cases.push_back(
          builder.finish(op, {x}, builder.output(s.output_scale * grown, s.output_zero_point, s.dtype)));
    }
  }
  for (const DType dtype : {DType::int8, DType::float32}) {
    for (const std::vector<int32_t>& axes : {std::vector<int32_t>{1, 2}, {3}, {1, 3}}) {
      const Reduction op{ReductionKind::max, axes, axes.size() == 1};
      CaseBuilder builder("reduce_max_" + std::string(name_of(dtype)) + "_" + std::to_string(cases.size()),
                          2170 + cases.size());
      const TensorId x = builder.input({1, 6, 7, 5}, dtype);
      cases.push_back(builder.finish(op, {x}, builder.output_like(x)));
    }
  }
  return cases;
}

std::vector<OperatorCase> arg_extremum_cases() {
  std::vector<OperatorCase> cases;
  for (const bool largest : {true, false}) {
    for (const DType dtype : {DType::int8, DType::float32}) {
      for (const int32_t axis : {1, 3}) {
        const ArgExtremum op{largest, axis};
        CaseBuilder builder(
            std::string(op.name()) + "_" + std::string(name_of(dtype)) + "_axis_" + std::to_string(axis),
            2140 + cases.size());
        const TensorId x = builder.input({1, 9, 4, 30}, dtype == DType::int8 ? 0.1f : 0, 0, dtype);
        cases.push_back(builder.finish(op, {x}, builder.output(0, 0, DType::int32)));
      }
    }
  }
  return cases;
}

}  // namespace tinyml::tests
