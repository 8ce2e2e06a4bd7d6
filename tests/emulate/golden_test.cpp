// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/emulate/toy_model.h"
#include "tests/golden/models.h"
#include "tinyml/emulate/emulator.h"

namespace tinyml::emulate {
namespace {

class GoldenOnCore : public testing::TestWithParam<tests::PublishedModel> {};

TEST_P(GoldenOnCore, CortexM4HasNoDifference) {
  TINYML_NEEDS_MODEL(GetParam());
  if (GetParam().is_float) GTEST_SKIP() << "skipped: float32, which no device runs";
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const Graph net = tests::read_published(GetParam());
  const tests::GoldenCalls golden = tests::read_golden(GetParam());
  std::vector<Bytes> records, expected;
  for (const auto& inputs : golden.inputs) records.push_back(tests::joined(inputs));
  for (const auto& outputs : golden.outputs) expected.push_back(tests::joined(outputs));
  codegen::GenerateOptions options;
  options.target.core = Core::cortex_m4;
  options.input_in_arena = true;
  const TemporaryFolder folder;
  const auto elf = folder.path() / "net.elf";
  build_firmware(codegen::generate(net, std::nullopt, options), Core::cortex_m4, {"-O2"}, elf);
  const RunResult result = run_elf({.elf = elf, .core = Core::cortex_m4, .records = records, .count = false});
  EXPECT_EQ(result.output, tests::joined(expected));
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenOnCore, testing::ValuesIn(tests::kPublishedModels),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tinyml::emulate
