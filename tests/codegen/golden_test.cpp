// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/codegen/generated_program.h"
#include "tests/golden/models.h"

namespace tinyml::codegen {
namespace {

class GoldenOnTheHost : public testing::TestWithParam<tests::PublishedModel> {};

TEST_P(GoldenOnTheHost, GeneratedCodeHasNoDifference) {
  TINYML_NEEDS_MODEL(GetParam());
  const Graph net = tests::read_published(GetParam());
  GenerateOptions options;
  options.input_in_arena = true;
  if (GetParam().is_float) {
    EXPECT_THROW(generate(net, std::nullopt, options), Error);
    return;
  }
  const tests::GoldenCalls golden = tests::read_golden(GetParam());
  Bytes inputs, outputs;
  for (size_t call = 0; call < golden.inputs.size(); ++call) {
    const Bytes in = tests::joined(golden.inputs[call]), out = tests::joined(golden.outputs[call]);
    inputs.insert(inputs.end(), in.begin(), in.end());
    outputs.insert(outputs.end(), out.begin(), out.end());
  }
  EXPECT_EQ(GeneratedProgram(generate(net, std::nullopt, options))
                .execute(R"(
  while (fread(input_buffer(), 1, input_bytes, in) == size_t(input_bytes)) {
    emit(invoke(input_buffer()), output_bytes, out);
  }
)",
                         inputs),
            outputs);
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenOnTheHost, testing::ValuesIn(tests::kPublishedModels),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tinyml::codegen
