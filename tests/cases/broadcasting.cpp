// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/broadcasting.h"

#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

Operator without_activation(Operator op) {
  std::visit(
      [](auto& attributes) {
        if constexpr (requires { attributes.activation; }) attributes.activation = Activation::none;
      },
      op);
  return op;
}

}  // namespace

std::vector<OperatorCase> broadcasting_cases(const std::string& name, const Operator& op, uint64_t seed) {
  struct Setting {
    const char* name;
    Shape a, b;
    DType dtype = DType::int8;
    int constant = -1;  // which input
  };
  const std::vector<Setting> settings = {
      {"channels", {1, 3, 4, 5}, {1, 5}},
      {"channels_first", {1, 1, 1, 5}, {1, 3, 4, 5}},
      {"scalar", {1, 3, 4, 5}, {1}},
      {"rows", {1, 3, 4, 5}, {1, 3, 1, 1}},
      {"crossed", {1, 3, 1, 5}, {1, 1, 4, 1}},
      {"crossed_both", {1, 1, 5, 1}, {1, 4, 1, 2}},
      {"constant", {1, 3, 4, 5}, {1, 3, 4, 5}, DType::int8, 1},
      {"constant_first", {1, 3, 4, 5}, {1, 3, 4, 5}, DType::int8, 0},
      {"constant_channels", {1, 3, 4, 5}, {5}, DType::int8, 1},
      {"constant_scalar_first", {1}, {1, 3, 4, 5}, DType::int8, 0},
      {"int16", {1, 6, 50}, {1, 6, 50}, DType::int16},
      {"int16_channels", {1, 6, 50}, {1, 50}, DType::int16},
      {"int32", {1, 6, 7}, {1, 6, 7}, DType::int32},
      {"int32_rows", {1, 6, 1}, {1, 6, 7}, DType::int32},
      {"float", {1, 6, 7}, {1, 6, 7}, DType::float32},
      {"float_crossed", {1, 6, 1}, {1, 1, 7}, DType::float32},
      {"float_constant", {1, 6, 7}, {7}, DType::float32, 1},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(name + "_" + s.name, seed + i);
    const bool quantized = s.dtype == DType::int8 || s.dtype == DType::int16;
    const auto scale = [&](float value) { return quantized ? value : 0.0f; };
    const auto zero_point = [&](int32_t value) { return s.dtype == DType::int8 ? value : 0; };
    const auto operand = [&](int index, const Shape& shape, float input_scale, int32_t zero) {
      return s.constant == index ? builder.constant(shape, scale(input_scale), zero_point(zero), s.dtype)
                                 : builder.input(shape, scale(input_scale), zero_point(zero), s.dtype);
    };
    const TensorId a = operand(0, s.a, 0.043f, -11);
    const TensorId b = operand(1, s.b, 0.071f, 23);
    const TensorId output = builder.output(scale(0.11f), zero_point(-40), s.dtype);
    cases.push_back(builder.finish(s.dtype == DType::int32 ? without_activation(op) : op, {a, b}, output));
  }
  return cases;
}

}  // namespace tinyml::tests
