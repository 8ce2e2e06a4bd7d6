// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/reference_run.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::codegen {
namespace {

std::filesystem::path shared_data() {
  const char* shared = std::getenv("TINYML_SHARED");
  return shared != nullptr ? std::filesystem::path(shared) / "data"
                           : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared/data";
}

/// A published net and the arena that its plan may take on a core, in bytes.
struct Published {
  const char* file;
  Core core;
  int64_t arena_bytes;
};

class PublishedNets : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedNets, ComputeTheBytesOfTheKernels) {
  const std::filesystem::path path = shared_data() / "models" / GetParam().file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "skipped: " << path << " is absent";
  const Graph net = formats::read_tflite(read_bytes(path));
  GenerateOptions options;
  options.target.core = GetParam().core;
  options.input_in_arena = true;
  const GeneratedModel model = generate(net, std::nullopt, options);
  EXPECT_LE(model.arena_bytes, GetParam().arena_bytes);
  RecordProperty("arena_bytes", std::to_string(model.arena_bytes));
  RecordProperty("lower_bound_bytes", std::to_string(model.arena_lower_bound_bytes));

  const auto input = random_bytes(static_cast<size_t>(net[net.inputs[0]].size_bytes()), 11);
  EXPECT_EQ(GeneratedProgram(model).execute(R"(
  size_t read = fread(input_buffer(), 1, input_bytes, in);
  if (read == size_t(input_bytes)) emit(invoke(input_buffer()), output_bytes, out);
)",
                                            input),
            reference_run(net, input));
}

INSTANTIATE_TEST_SUITE_P(MlPerfTiny, PublishedNets,
                         ::testing::Values(Published{"kws_ref_int8.tflite", Core::host, 10304},
                                           Published{"kws_ref_int8.tflite", Core::cortex_m4, 10304},
                                           Published{"resnet8_cifar10_int8.tflite", Core::host, 33584},
                                           Published{"resnet8_cifar10_int8.tflite", Core::cortex_m4, 35000},
                                           Published{"vww_96_int8.tflite", Core::host, 36976},
                                           Published{"vww_96_int8.tflite", Core::cortex_m4, 37000},
                                           Published{"ad01_toycar_int8.tflite", Core::host, 768},
                                           Published{"ad01_toycar_int8.tflite", Core::cortex_m4, 2048}),
                         [](const auto& info) {
                           const std::string file = info.param.file;
                           return file.substr(0, file.find("_int8")) + "_" +
                                  std::string(name_of(info.param.core));
                         });

}  // namespace
}  // namespace tinyml::codegen
