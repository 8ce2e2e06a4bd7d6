// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

const char* short_name(DType dtype) { return name_of(dtype).data(); }

bool is_wide(DType dtype) { return dtype != DType::int8 && dtype != DType::uint8; }

}  // namespace

std::vector<OperatorCase> quantize_cases() {
  struct Setting {
    DType from, to;
    float scale, output_scale;
  };
  const std::vector<Setting> settings = {
      {DType::float32, DType::int8, 0, 0.013f},      {DType::float32, DType::int16, 0, 0.00005f},
      {DType::int8, DType::int8, 0.1f, 0.07f},       {DType::int8, DType::uint8, 0.1f, 0.1f},
      {DType::uint8, DType::int8, 0.02f, 0.03f},     {DType::int8, DType::int16, 0.1f, 0.0004f},
      {DType::int8, DType::int32, 0.1f, 0.0001f},    {DType::int16, DType::int8, 0.001f, 0.2f},
      {DType::int16, DType::int16, 0.001f, 0.0007f}, {DType::int16, DType::int32, 0.001f, 0.0007f},
      {DType::int32, DType::int8, 1e-9f, 0.01f},     {DType::int32, DType::int16, 1e-9f, 0.0001f},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(std::string("quantize_") + short_name(s.from) + "_" + short_name(s.to),
                        2000 + cases.size());
    const auto zero_point = [](DType dtype, int32_t value) {
      return is_wide(dtype) ? 0 : dtype == DType::uint8 ? value + 128 : value;
    };
    const TensorId x = builder.input({1, 4, 64}, s.scale, zero_point(s.from, -12), s.from);
    cases.push_back(
        builder.finish(Quantize{}, {x}, builder.output(s.output_scale, zero_point(s.to, 21), s.to)));
  }
  for (const DType dtype : {DType::int8, DType::uint8, DType::int16}) {
    CaseBuilder builder(std::string("dequantize_") + short_name(dtype), 2020 + cases.size());
    const TensorId x = builder.input({1, 4, 64}, 0.037f, is_wide(dtype) ? 0 : 33, dtype);
    cases.push_back(builder.finish(Dequantize{}, {x}, builder.output(0, 0, DType::float32)));
  }
  return cases;
}

std::vector<OperatorCase> cast_cases() {
  struct Setting {
    DType from, to;
  };
  constexpr DType kNumbers[] = {DType::int8, DType::int16, DType::int32, DType::float32};
  std::vector<Setting> settings;
  for (const DType from : kNumbers) {
    for (const DType to : kNumbers) {
      if (from != to) settings.push_back({from, to});
    }
  }
  settings.push_back({DType::uint32, DType::int16});
  settings.push_back({DType::boolean, DType::float32});
  settings.push_back({DType::boolean, DType::int8});
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(std::string("cast_") + short_name(s.from) + "_" + short_name(s.to),
                        2040 + cases.size());
    const TensorId x = builder.input({1, 5, 8}, 0, 0, s.from);
    if (s.from == DType::float32) builder.change<float>(x, [](float value) { return value * 20; });
    cases.push_back(builder.finish(Cast{}, {x}, builder.output(0, 0, s.to)));
  }
  return cases;
}

}  // namespace tinyml::tests
