// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

namespace {

struct Setting {
  const char* name;
  Shape input;
  int32_t filter_height, filter_width, stride_height, stride_width;
  Padding padding = Padding::valid;
  Activation activation = Activation::none;
};

template <class Op>
OperatorCase make(const Setting& s, DType dtype, uint64_t seed) {
  const bool int8 = dtype == DType::int8;
  CaseBuilder builder(std::string(Op::kName) + "_" + s.name + (int8 ? "" : "_int16"), seed);
  const TensorId x = int8 ? builder.input(s.input, 0.05f, -11) : builder.input(s.input, 0.0003f, 0, dtype);
  Op op;
  op.filter_height = s.filter_height;
  op.filter_width = s.filter_width;
  op.stride_height = s.stride_height;
  op.stride_width = s.stride_width;
  op.padding = s.padding;
  op.activation = s.activation;
  return builder.finish(op, {x}, builder.output_like(x));
}

}  // namespace

std::vector<OperatorCase> pool_2d_cases() {
  const std::vector<Setting> settings = {
      {"global", {1, 25, 5, 8}, 25, 5, 25, 5},
      {"2x2", {1, 6, 8, 5}, 2, 2, 2, 2},
      {"3x3_same", {1, 7, 6, 4}, 3, 3, 2, 2, Padding::same},
      {"3x3_same_stride_1", {1, 5, 5, 3}, 3, 3, 1, 1, Padding::same, Activation::relu},
      {"1x4_relu6", {1, 3, 9, 4}, 1, 4, 1, 2, Padding::valid, Activation::relu6},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    for (const DType dtype : {DType::int8, DType::int16}) {
      cases.push_back(make<AveragePool2D>(settings[i], dtype, 400 + i));
      cases.push_back(make<MaxPool2D>(settings[i], dtype, 420 + i));
    }
  }
  return cases;
}

}  // namespace tinyml::tests
