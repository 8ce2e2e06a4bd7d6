// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/broadcasting.h"
#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

int8_t not_zero(int8_t value) { return value == -120 ? int8_t{-119} : value; }

/// TensorFlow Lite Micro does not divide by 0, nor to less than 1/32 of a step of the output.
std::vector<OperatorCase> div_cases() {
  struct Setting {
    const char* name;
    Shape a, b;
    int constant;
    float a_scale, b_scale, output_scale;
    Activation activation = Activation::none;
  };
  const std::vector<Setting> settings = {
      {"same", {1, 3, 4, 5}, {1, 3, 4, 5}, -1, 0.05f, 0.04f, 0.01f},
      {"channels", {1, 3, 4, 5}, {5}, 1, 0.3f, 0.07f, 0.05f},
      {"crossed", {1, 3, 1, 5}, {1, 1, 4, 1}, -1, 0.5f, 0.01f, 0.9f, Activation::relu},
      {"constant_first", {1}, {1, 3, 4, 5}, 0, 0.9f, 0.05f, 0.2f, Activation::relu6},
  };
  std::vector<OperatorCase> cases;
  for (const Setting& s : settings) {
    CaseBuilder builder(std::string("div_") + s.name, 1840 + cases.size());
    const TensorId a =
        s.constant == 0 ? builder.constant(s.a, s.a_scale, 6) : builder.input(s.a, s.a_scale, 6);
    const TensorId b =
        s.constant == 1 ? builder.constant(s.b, s.b_scale, -120) : builder.input(s.b, s.b_scale, -120);
    builder.change<int8_t>(b, not_zero);
    cases.push_back(
        builder.finish(Binary{BinaryKind::div, s.activation}, {a, b}, builder.output(s.output_scale, -30)));
  }
  {
    CaseBuilder builder("div_int32", 1846);
    const TensorId a = builder.input({1, 3, 7}, 0, 0, DType::int32);
    const TensorId b = builder.input({1, 3, 1}, 0, 0, DType::int32);
    builder.change<int32_t>(b, [](int32_t value) { return (value >> 16) | 2; });
    cases.push_back(builder.finish(Binary{}, {a, b}, builder.output(0, 0, DType::int32)));
  }
  {
    CaseBuilder builder("div_float", 1847);
    const TensorId a = builder.input({1, 3, 7}, 0, 0, DType::float32);
    const TensorId b = builder.input({1, 1, 7}, 0, 0, DType::float32);
    cases.push_back(builder.finish(Binary{}, {a, b}, builder.output(0, 0, DType::float32)));
  }
  return cases;
}

}  // namespace

std::vector<OperatorCase> binary_cases() {
  std::vector<OperatorCase> cases = div_cases();
  uint64_t seed = 1850;
  for (const BinaryKind kind : {BinaryKind::minimum, BinaryKind::maximum, BinaryKind::squared_difference}) {
    const Binary op{kind};
    for (OperatorCase& one : broadcasting_cases(std::string(op.name()), op, seed)) {
      cases.push_back(std::move(one));
    }
    seed += 20;
  }
  CaseBuilder builder("minimum_int64", 1849);
  const TensorId a = builder.input({1, 9}, 0, 0, DType::int64);
  const TensorId b = builder.constant({9}, 0, 0, DType::int64);
  cases.push_back(builder.finish(Binary{BinaryKind::minimum}, {a, b}, builder.output(0, 0, DType::int64)));
  return cases;
}

}  // namespace tinyml::tests
