// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

struct Setting {
  const char* name;
  Operator op;
  float scale, output_scale;
  int32_t zero_point, output_zero_point;
  DType dtype = DType::int8;
};

std::vector<Setting> quantized_settings() {
  const Unary logistic{UnaryKind::logistic}, tanh{UnaryKind::tanh}, hard_swish{UnaryKind::hard_swish};
  const Unary rsqrt{UnaryKind::rsqrt}, abs{UnaryKind::abs};
  const auto leaky = [](float alpha) { return Unary{UnaryKind::leaky_relu, alpha}; };
  constexpr float of_int16 = 1.0f / 32768;
  return {
      {"logistic", logistic, 0.06f, 1.0f / 256, 7, -128},
      {"logistic_fine", logistic, 0.0007f, 1.0f / 256, -128, -128},
      {"logistic_coarse", logistic, 0.9f, 1.0f / 256, 127, -128},
      {"logistic_int16", logistic, 1.0f / 4096, of_int16, 0, 0, DType::int16},
      {"logistic_int16_any", logistic, 0.00031f, of_int16, 0, 0, DType::int16},
      {"logistic_int16_coarse", logistic, 0.02f, of_int16, 0, 0, DType::int16},
      {"tanh", tanh, 0.031f, 1.0f / 128, -5, 0},
      {"tanh_fine", tanh, 0.0007f, 1.0f / 128, 3, 0},
      {"tanh_coarse", tanh, 1.3f, 1.0f / 128, -128, 0},
      {"tanh_int16", tanh, 1.0f / 4096, of_int16, 0, 0, DType::int16},
      {"tanh_int16_twice", tanh, 1.0f / 2048, of_int16, 0, 0, DType::int16},
      {"tanh_int16_any", tanh, 0.00031f, of_int16, 0, 0, DType::int16},
      {"hard_swish", hard_swish, 0.05f, 0.04f, -11, -118},
      {"hard_swish_fine", hard_swish, 0.002f, 0.003f, 20, 0},
      {"hard_swish_coarse", hard_swish, 1.7f, 1.6f, -128, -127},
      {"leaky_relu", leaky(0.2f), 0.04f, 0.05f, 12, -60},
      {"leaky_relu_steep", leaky(1.5f), 0.04f, 0.01f, -12, 60},
      {"leaky_relu_negative", leaky(-0.3f), 0.04f, 0.03f, 0, -128},
      {"leaky_relu_int16", leaky(0.1f), 0.0004f, 0.0003f, 0, 0, DType::int16},
      {"rsqrt", rsqrt, 0.02f, 0.05f, -128, -128},
      {"rsqrt_small", rsqrt, 0.9f, 0.009f, -128, -100},
      {"abs", abs, 0.03f, 0.02f, 5, -128},
      {"abs_same_scale", abs, 0.03f, 0.03f, -40, -128},
      {"abs_int16", abs, 0.0003f, 0.0002f, 0, 0, DType::int16},
      {"elu", Unary{UnaryKind::elu}, 0.05f, 0.03f, 12, -40},
      {"elu_fine", Unary{UnaryKind::elu}, 0.004f, 0.005f, -20, 3},
      {"relu", Relu{}, 0.05f, 0.03f, -4, -128},
      {"relu_same_scale", Relu{}, 0.05f, 0.05f, -30, -30},
      {"relu_int16", Relu{}, 0.0005f, 0.0004f, 0, 0, DType::int16},
      {"relu6", Relu{Activation::relu6}, 0.04f, 0.04f, -20, -20},
      {"relu6_small_range", Relu{Activation::relu6}, 0.01f, 0.01f, -20, -20},
      {"relu6_int16", Relu{Activation::relu6}, 0.0004f, 0.0004f, 0, 0, DType::int16},
  };
}

}  // namespace

std::vector<OperatorCase> unary_cases() {
  std::vector<OperatorCase> cases;
  for (const Setting& s : quantized_settings()) {
    CaseBuilder builder(s.name, 1700 + cases.size());
    const TensorId x = builder.input({1, 4, 64, 2}, s.scale, s.zero_point, s.dtype);
    cases.push_back(builder.finish(s.op, {x}, builder.output(s.output_scale, s.output_zero_point, s.dtype)));
  }
  for (size_t kind = 0; kind < std::size(kUnaryNames); ++kind) {
    const Unary op{static_cast<UnaryKind>(kind), 0.1f};
    CaseBuilder builder(std::string(op.name()) + "_float", 1750 + kind);
    const TensorId x = builder.input({1, 5, 7}, 0, 0, DType::float32);
    if (op.kind == UnaryKind::sqrt || op.kind == UnaryKind::rsqrt || op.kind == UnaryKind::log) {
      builder.change<float>(x, [](float value) { return std::abs(value) + 0.01f; });
    }
    cases.push_back(builder.finish(op, {x}, builder.output(0, 0, DType::float32)));
  }
  return cases;
}

}  // namespace tinyml::tests
