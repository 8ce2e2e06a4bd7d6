// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cases/cases.h"
#include "tests/cases/random_graph.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/run/engine.h"

namespace tinyml::emulate {
namespace {

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

class OperatorCasesOnCore : public ::testing::TestWithParam<Core> {};

/// One program of all cases, with an input and an output for each.
void expect_the_bytes_of_the_host_kernels(const tests::OperatorCase& all, Core core) {
  const std::vector<Bytes> expected = run::Engine(all.graph).run(all.inputs);
  codegen::GenerateOptions options;
  options.target.core = core;
  const TemporaryFolder folder;
  const auto elf = folder.path() / "all.elf";
  build_firmware(codegen::generate(all.graph, std::nullopt, options), core, {"-O2"}, elf);
  const std::vector<Bytes> records{joined(all.inputs)};
  const Bytes output = run_elf({.elf = elf, .core = core, .records = records, .count = false}).output;
  ASSERT_EQ(output.size(), joined(expected).size());
  auto at = output.begin();
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto end = at + static_cast<std::ptrdiff_t>(expected[i].size());
    EXPECT_EQ(Bytes(at, end), expected[i]) << all.graph[all.graph.outputs[i]].name;
    at = end;
  }
}

TEST_P(OperatorCasesOnCore, ComputeTheBytesOfTheHostKernels) {
  if (GetParam() != Core::host) SKIP_WITHOUT_TOOLS(GetParam());
  expect_the_bytes_of_the_host_kernels(tests::merged(tests::all_cases()), GetParam());
}

// Nodes that read each other's outputs, and so share the arena.
TEST_P(OperatorCasesOnCore, ComputeRandomGraphs) {
  if (GetParam() != Core::host) SKIP_WITHOUT_TOOLS(GetParam());
  std::vector<tests::OperatorCase> graphs;
  for (uint64_t seed = 5000; seed < 5012; ++seed) graphs.push_back(tests::random_graph(seed));
  expect_the_bytes_of_the_host_kernels(tests::merged(graphs), GetParam());
}

TEST_P(OperatorCasesOnCore, VariablesKeepTheirContentFromCallToCall) {
  if (GetParam() != Core::host) SKIP_WITHOUT_TOOLS(GetParam());
  const tests::OperatorCase one = tests::variables_case();
  run::Engine engine(one.graph);
  std::vector<Bytes> records, expected;
  for (uint8_t call = 0; call < 3; ++call) {
    records.push_back(one.inputs[0]);
    for (uint8_t& byte : records.back()) byte = static_cast<uint8_t>(byte + call);
    expected.push_back(engine.run(std::vector<Bytes>{records.back()})[0]);
  }
  codegen::GenerateOptions options;
  options.target.core = GetParam();
  const TemporaryFolder folder;
  const auto elf = folder.path() / "variables.elf";
  build_firmware(codegen::generate(one.graph, std::nullopt, options), GetParam(), {"-O2"}, elf);
  EXPECT_EQ(run_elf({.elf = elf, .core = GetParam(), .records = records, .count = false}).output,
            joined(expected));
}

INSTANTIATE_TEST_SUITE_P(Emulated, OperatorCasesOnCore,
                         ::testing::Values(Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
