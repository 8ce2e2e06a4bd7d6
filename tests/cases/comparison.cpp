// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> comparison_cases() {
  struct Setting {
    const char* name;
    DType dtype;
    Shape a, b;
    int64_t low_bits;  // which may differ, so that some are equal
    bool constant = false;
  };
  const std::vector<Setting> settings = {
      {"int8", DType::int8, {1, 3, 4, 5}, {1, 3, 4, 5}, 7},
      {"int8_channels", DType::int8, {1, 3, 4, 5}, {5}, 255, true},
      {"int32", DType::int32, {1, 3, 7}, {1, 3, 1}, 3},
      {"int64", DType::int64, {1, 3, 7}, {1, 3, 7}, 3},
      {"float", DType::float32, {1, 3, 1}, {1, 1, 7}, 0},
      {"bool", DType::boolean, {1, 3, 7}, {1, 7}, 1},
  };
  std::vector<OperatorCase> cases;
  for (size_t kind = 0; kind < std::size(kComparisonNames); ++kind) {
    const Comparison op{static_cast<ComparisonKind>(kind)};
    for (const Setting& s : settings) {
      if (s.dtype == DType::boolean && kind > 1) continue;  // bools are equal or not
      CaseBuilder builder(std::string(op.name()) + "_" + s.name, 1920 + cases.size());
      const bool quantized = s.dtype == DType::int8;
      const TensorId a = builder.input(s.a, quantized ? 0.05f : 0, quantized ? -7 : 0, s.dtype);
      const float scale = quantized ? 0.0502f : 0;
      const TensorId b = s.constant ? builder.constant(s.b, scale, quantized ? 3 : 0, s.dtype)
                                    : builder.input(s.b, scale, quantized ? 3 : 0, s.dtype);
      for (const TensorId id : {a, b}) {
        if (s.dtype == DType::int8) {
          builder.change<int8_t>(id, [&](int8_t v) { return static_cast<int8_t>(v & s.low_bits); });
        } else if (s.dtype == DType::int32) {
          builder.change<int32_t>(id, [&](int32_t v) { return static_cast<int32_t>((v & s.low_bits) - 1); });
        } else if (s.dtype == DType::int64) {
          builder.change<int64_t>(id, [&](int64_t v) { return (v & s.low_bits) - (int64_t{1} << 40); });
        }
      }
      cases.push_back(builder.finish(op, {a, b}, builder.output(0, 0, DType::boolean)));
    }
  }
  return cases;
}

std::vector<OperatorCase> select_cases() {
  struct Setting {
    const char* name;
    Shape condition, a, b;
    DType dtype;
    bool constant = false;
  };
  const std::vector<Setting> settings = {
      {"same", {1, 3, 4, 5}, {1, 3, 4, 5}, {1, 3, 4, 5}, DType::int8},
      {"crossed", {1, 3, 1, 5}, {1, 1, 4, 1}, {1, 3, 4, 5}, DType::int8},
      {"int16", {1, 3, 1}, {1, 3, 7}, {1, 7}, DType::int16},
      {"float", {1, 3, 7}, {1, 3, 7}, {1}, DType::float32, true},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(std::string("select_") + s.name, 1980 + cases.size());
    const float scale = s.dtype == DType::float32 ? 0 : 0.1f;
    const TensorId condition = builder.input(s.condition, 0, 0, DType::boolean);
    const TensorId a = builder.input(s.a, scale, 0, s.dtype);
    const TensorId b =
        s.constant ? builder.constant(s.b, scale, 0, s.dtype) : builder.input(s.b, scale, 0, s.dtype);
    cases.push_back(builder.finish(Select{}, {condition, a, b}, builder.output(scale, 0, s.dtype)));
  }
  return cases;
}

}  // namespace tinyml::tests
