// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> softmax_cases() {
  struct Setting {
    const char* name;
    Shape shape;
    float scale, beta;
  };
  const std::vector<Setting> settings = {
      {"6_classes", {1, 6}, 0.1f, 1},        {"coarse", {1, 12}, 0.9f, 1},
      {"fine", {1, 10}, 0.004f, 1},          {"one_class", {1, 1}, 0.1f, 1},
      {"many_classes", {1, 300}, 0.05f, 1},  {"two_rows", {1, 2, 9}, 0.06f, 1},
      {"half_beta", {1, 8}, 0.2f, 0.5f},     {"steep", {1, 8}, 3.5f, 2},
      {"one_step_is_all", {1, 8}, 40.0f, 1},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    CaseBuilder builder(std::string("softmax_") + settings[i].name, 600 + i);
    const TensorId x = builder.input(settings[i].shape, settings[i].scale, 17);
    cases.push_back(builder.finish(Softmax{settings[i].beta}, {x}, builder.output(1.0f / 256, -128)));
  }
  for (size_t i = 0; i < settings.size(); ++i) {
    CaseBuilder builder(std::string("softmax_to_int16_") + settings[i].name, 620 + i);
    const TensorId x = builder.input(settings[i].shape, settings[i].scale, 17);
    const TensorId output = builder.output(1.0f / 65536, -32768, DType::int16);
    cases.push_back(builder.finish(Softmax{settings[i].beta}, {x}, output));
  }
  for (size_t i = 0; i < settings.size(); ++i) {
    CaseBuilder builder(std::string("softmax_int16_") + settings[i].name, 640 + i);
    const TensorId x = builder.input(settings[i].shape, settings[i].scale / 256, 0, DType::int16);
    const TensorId output = builder.output(1.0f / 32768, 0, DType::int16);
    cases.push_back(builder.finish(Softmax{settings[i].beta}, {x}, output));
  }
  for (size_t i = 0; i < settings.size(); ++i) {
    CaseBuilder builder(std::string("log_softmax_") + settings[i].name, 660 + i);
    const TensorId x = builder.input(settings[i].shape, settings[i].scale, -17);
    cases.push_back(builder.finish(LogSoftmax{}, {x}, builder.output(1.0f / 16, 127)));
  }
  CaseBuilder builder("log_softmax_float", 670);
  const TensorId x = builder.input({1, 2, 9}, 0, 0, DType::float32);
  cases.push_back(builder.finish(LogSoftmax{}, {x}, builder.output(0, 0, DType::float32)));
  return cases;
}

}  // namespace tinyml::tests
