// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> svdf_cases() {
  struct Setting {
    const char* name;
    int32_t rank;
    DType times;
    int32_t state_zero_point;
  };
  const std::vector<Setting> settings = {
      {"svdf_int8", 1, DType::int8, -50},
      {"svdf_int16", 1, DType::int16, 0},
      {"svdf_rank_2", 2, DType::int16, 0},
  };
  std::vector<OperatorCase> cases;
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    CaseBuilder builder(s.name, 630 + i);
    const int32_t filters = 6, inputs = 11, memory = 5;
    const TensorId x = builder.input({1, inputs}, 0.05f, -128);
    const TensorId features = builder.weights({filters, inputs}, -1, 0.01);
    const TensorId times = builder.constant({filters, memory}, 0.02f, 0, s.times);
    std::vector<TensorId> ids = {x, features, times};
    Svdf op;
    op.rank = s.rank;
    op.state_scale = s.times == DType::int8 ? 0.3f : 0.001f;
    op.state_zero_point = s.state_zero_point;
    ids.push_back(builder.bias(filters / s.rank, memory, x, features));
    builder.tensor(ids.back()).quantization.scales = {op.state_scale * 0.02f};
    cases.push_back(builder.finish(op, ids, builder.output(s.times == DType::int8 ? 3.0f : 30.0f, -20)));
  }
  return cases;
}

}  // namespace tinyml::tests
