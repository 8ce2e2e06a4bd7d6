// SPDX-License-Identifier: Apache-2.0
// A figure belongs to the kernels that were compiled: another kernel is another program with other counts.
#include <gtest/gtest.h>

#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/emulate/emulator.h"

namespace tinyml::emulate {
namespace {

class KernelChange : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_TOOLS(Core::cortex_m4);
    codegen::GenerateOptions options;
    options.target.core = Core::cortex_m4;
    model_ = codegen::generate(net_, std::nullopt, options);
  }

  RunResult run(const std::filesystem::path& elf) const {
    const auto input_bytes = static_cast<size_t>(net_[net_.inputs[0]].size_bytes());
    const std::vector<Bytes> records{codegen::random_bytes(input_bytes, 1)};
    return run_elf({.elf = elf, .core = Core::cortex_m4, .records = records});
  }

  RunResult run_as_shipped() const {
    const TemporaryFolder folder;
    const auto elf = folder.path() / "net.elf";
    build_firmware(model_, Core::cortex_m4, {"-O2"}, elf);
    return run(elf);
  }

  /// The same program from files in a folder, with `to` instead of `from` in one header.
  RunResult run_with(std::string_view path, std::string_view from, std::string_view to) const {
    const TemporaryFolder folder;
    write_text(folder.path() / model_.header.name, model_.header.text);
    write_text(folder.path() / model_.source.name, model_.source.text);
    int changes = 0;
    for (const codegen::DeviceHeader& header : codegen::headers_used_by(model_.source.text)) {
      std::string text(header.text);
      if (header.path == path) {
        const size_t at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to), ++changes;
      }
      write_text(folder.path() / header.path, text);
    }
    EXPECT_EQ(changes, 1) << path << " has no longer: " << from;
    const auto elf = folder.path() / "net.elf";
    build_firmware({.name = model_.name,
                    .sources = {folder.path() / model_.source.name},
                    .include_folders = {folder.path()},
                    .core = Core::cortex_m4},
                   elf);
    return run(elf);
  }

  Graph net_ = codegen::small_net("small", 5);
  codegen::GeneratedModel model_;
};

constexpr std::string_view kHeader = "tinyml/device/nn/conv_2d_dsp.h";
constexpr std::string_view kLoop = "for (int32_t i = 0; i < positions; i += 3) {";

TEST_F(KernelChange, SameKernelsGiveTheSameProgram) {
  const RunResult shipped = run_as_shipped(), copied = run_with(kHeader, kLoop, kLoop);
  EXPECT_EQ(copied.elf_sha256, shipped.elf_sha256);
  EXPECT_EQ(copied.net.instructions, shipped.net.instructions);
}

TEST_F(KernelChange, OneInstructionMoreInAConvolutionShows) {
  const RunResult shipped = run_as_shipped();
  const RunResult changed = run_with(kHeader, kLoop, std::string(kLoop) + " __asm__ volatile(\"nop\");");
  EXPECT_EQ(changed.output, shipped.output);
  EXPECT_NE(changed.elf_sha256, shipped.elf_sha256);
  EXPECT_GT(changed.net.instructions, shipped.net.instructions);
  EXPECT_GT(changed.net.cycles, shipped.net.cycles);
  ASSERT_EQ(changed.net.layers.size(), shipped.net.layers.size());
  for (size_t i = 0; i < shipped.net.layers.size(); ++i) {
    const LayerCost &before = shipped.net.layers[i], &after = changed.net.layers[i];
    const bool convolution = before.name.ends_with("_conv_2d") && !before.name.ends_with("depthwise_conv_2d");
    EXPECT_EQ(after.instructions > before.instructions, convolution) << before.name;
  }
}

}  // namespace
}  // namespace tinyml::emulate
