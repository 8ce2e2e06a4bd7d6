// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/reference_run.h"
#include "tests/emulate/toy_model.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::emulate {
namespace {

/// MLPerf Tiny's nets: keywords, anomalies, images, persons.
class PublishedNetsOnCore : public ::testing::TestWithParam<Core> {};

TEST_P(PublishedNetsOnCore, ComputeTheBytesOfTheHostKernels) {
  SKIP_WITHOUT_TOOLS(GetParam());
  const char* shared = std::getenv("TINYML_SHARED");
  const std::filesystem::path models =
      shared != nullptr ? std::filesystem::path(shared) / "data/models"
                        : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared/data/models";
  if (!std::filesystem::exists(models)) GTEST_SKIP() << "skipped: " << models << " is absent";
  for (const char* file : {"kws_ref_int8.tflite", "ad01_toycar_int8.tflite", "resnet8_cifar10_int8.tflite",
                           "vww_96_int8.tflite"}) {
    SCOPED_TRACE(file);
    const Graph net = formats::read_tflite(read_bytes(models / file));
    const std::vector<Bytes> records{
        codegen::random_bytes(static_cast<size_t>(net[net.inputs[0]].size_bytes()), 11)};
    codegen::GenerateOptions options;
    options.target.core = GetParam();
    options.input_in_arena = true;
    const TemporaryFolder folder;
    const auto elf = folder.path() / "net.elf";
    build_firmware(codegen::generate(net, std::nullopt, options), GetParam(), {"-O2"}, elf);
    const RunResult result = run_elf({.elf = elf, .core = GetParam(), .records = records});
    EXPECT_EQ(result.output, codegen::reference_run(net, records[0]));
    RecordProperty(std::string(file) + " instructions", std::to_string(result.net.instructions));
  }
}

INSTANTIATE_TEST_SUITE_P(MlPerfTiny, PublishedNetsOnCore,
                         ::testing::Values(Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace tinyml::emulate
