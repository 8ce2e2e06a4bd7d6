// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/emulate/memory_report.h"

namespace tinyml::emulate {
namespace {

/// The linker raises the build attribute to the highest of all objects, those of the C library included.
std::string architecture_of(const std::filesystem::path& elf) {
  const std::string text = run_process({"arm-none-eabi-readelf", "-A", elf.string()}, 60).output;
  const std::string tag = "Tag_CPU_arch: ";
  const size_t at = text.find(tag);
  if (at == std::string::npos) return text;
  return text.substr(at + tag.size(), text.find('\n', at) - at - tag.size());
}

class Generated : public ::testing::TestWithParam<Core> {};

TEST_P(Generated, NetComputesTheBytesOfTheHostKernels) {
  SKIP_WITHOUT_TOOLS(GetParam());
  const Graph net = codegen::small_net("small", 5);
  const auto input_bytes = static_cast<size_t>(net[net.inputs[0]].size_bytes());
  std::vector<Bytes> records;
  Bytes expected;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    records.push_back(codegen::random_bytes(input_bytes, seed));
    const Bytes output = codegen::reference_run(net, records.back());
    expected.insert(expected.end(), output.begin(), output.end());
  }
  for (const bool input_in_arena : {false, true}) {
    codegen::GenerateOptions options;
    options.target.core = GetParam();
    options.input_in_arena = input_in_arena;
    const codegen::GeneratedModel model = codegen::generate(net, std::nullopt, options);
    const TemporaryFolder folder;
    const auto elf = folder.path() / "net.elf";
    build_firmware(model, GetParam(), {"-O2"}, elf);
    const RunResult result = run_elf({.elf = elf, .core = GetParam(), .records = records});
    EXPECT_EQ(result.output, expected);
    EXPECT_GT(result.stack_bytes, 0);
    if (GetParam() != Core::xtensa_lx6) {
      EXPECT_EQ(architecture_of(elf), GetParam() == Core::cortex_m0plus ? "v6S-M" : "v7E-M");
    }

    const MemoryReport memory = report_memory(elf);
    EXPECT_GE(memory.static_ram_bytes, model.arena_bytes);
    EXPECT_LE(memory.static_ram_bytes, model.arena_bytes + 64);
    // The compiler may turn a table of one or two elements into immediate operands.
    constexpr int64_t kFolded = 16;
    EXPECT_GE(memory.table_bytes, model.table_bytes - kFolded);
    ASSERT_EQ(memory.layers.size(), model.layers.size());
    ASSERT_EQ(result.net.layers.size(), model.layers.size() + 1);
    for (size_t i = 0; i < model.layers.size(); ++i) {
      EXPECT_EQ(memory.layers[i].name, model.layers[i].symbol);
      EXPECT_LE(memory.layers[i].table_bytes, model.layers[i].table_bytes);
      EXPECT_GE(memory.layers[i].table_bytes, model.layers[i].table_bytes - kFolded);
      EXPECT_EQ(result.net.layers[i].name, model.layers[i].symbol);
      EXPECT_GT(result.net.layers[i].instructions, 0);
    }
  }
}

TEST_P(Generated, StreamComputesTheBytesOfTheWholeWindow) {
  SKIP_WITHOUT_TOOLS(GetParam());
  Mfcc mfcc;
  mfcc.mfe.frame_samples = 64, mfcc.mfe.hop_samples = 32, mfcc.mfe.fft_size = 64, mfcc.mfe.bands = 12;
  mfcc.coefficients = 10;
  const Graph net = codegen::small_net("streamed", 3);
  const int32_t frames = net[net.inputs[0]].shape[1];
  const int32_t samples = (frames - 1) * 32 + 64;

  Graph front;
  Tensor window, features;
  window.dtype = DType::int16;
  window.shape = {1, samples};
  features.dtype = DType::int8;
  front.inputs = {front.add(window)};
  front.outputs = {front.add(features)};
  front.nodes.push_back({mfcc, front.inputs, front.outputs});
  ops::infer(front);

  std::vector<Bytes> records;
  Bytes expected;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    records.push_back(codegen::random_bytes(2 * static_cast<size_t>(samples), seed));
    const Bytes output = codegen::reference_run(net, codegen::reference_run(front, records.back()));
    expected.insert(expected.end(), output.begin(), output.end());
  }
  codegen::GenerateOptions options;
  options.target.core = GetParam();
  const TemporaryFolder folder;
  const auto elf = folder.path() / "stream.elf";
  build_firmware(codegen::generate(net, mfcc, options), GetParam(), {"-O2"}, elf);
  const RunResult result =
      run_elf({.elf = elf, .core = GetParam(), .feed = Feed::stream, .records = records});
  EXPECT_EQ(result.output, expected);
  EXPECT_GT(result.features.instructions, 1000);
  EXPECT_GT(result.net.instructions, 1000);
}

INSTANTIATE_TEST_SUITE_P(Cores, Generated,
                         ::testing::Values(Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
