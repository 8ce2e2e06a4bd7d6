// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/ops/streaming.h"

namespace tinyml::emulate {
namespace {

constexpr int32_t kSteps = 10;

class Recurrent : public ::testing::TestWithParam<Core> {};

RunResult run(const Graph& net, Core core, const std::vector<Bytes>& records) {
  codegen::GenerateOptions options;
  options.target.core = core;
  const TemporaryFolder folder;
  const auto elf = folder.path() / "net.elf";
  build_firmware(codegen::generate(net, std::nullopt, options), core, {"-O2"}, elf);
  return run_elf({.elf = elf, .core = core, .records = records});
}

TEST_P(Recurrent, WindowComputesTheBytesOfTheHostKernels) {
  SKIP_WITHOUT_TOOLS(GetParam());
  const Graph net = codegen::recurrent_net("recurrent", 5, kSteps);
  std::vector<Bytes> records;
  Bytes expected;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    records.push_back(codegen::random_bytes(3 * kSteps, seed));
    const Bytes output = codegen::reference_run(net, records.back());
    expected.insert(expected.end(), output.begin(), output.end());
  }
  EXPECT_EQ(run(net, GetParam(), records).output, expected);
}

TEST_P(Recurrent, StepByStepComputesTheBytesOfTheWindow) {
  SKIP_WITHOUT_TOOLS(GetParam());
  const Bytes sequence = codegen::random_bytes(3 * kSteps, 9);
  std::vector<Bytes> records;
  Bytes expected;
  for (int32_t t = 0; t < kSteps; ++t) {
    const auto at = [&](int32_t step) { return sequence.begin() + 3 * step; };
    records.emplace_back(at(t), at(t + 1));
    const Graph window = codegen::recurrent_net("recurrent", 5, t + 1);
    const Bytes output = codegen::reference_run(window, Bytes(at(0), at(t + 1)));
    expected.insert(expected.end(), output.begin(), output.end());
  }
  const Graph net = ops::make_streaming(codegen::recurrent_net("recurrent", 5, kSteps));
  EXPECT_EQ(run(net, GetParam(), records).output, expected);
}

INSTANTIATE_TEST_SUITE_P(Cores, Recurrent,
                         ::testing::Values(Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
