// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/run/npz.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

std::filesystem::path models() {
  const char* shared = std::getenv("TINYML_SHARED");
  return (shared ? std::filesystem::path(shared) : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared") /
         "data/models";
}

// Reference models and what TensorFlow Lite Micro's reference kernels compute for them.
class Golden : public testing::TestWithParam<std::tuple<const char*, Core>> {};

TEST_P(Golden, HasNoDifference) {
  const auto [name, core] = GetParam();
  const auto path = models() / fmt::format("{}.tflite", name);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "skipped: no " << path;
  const Graph graph = formats::read_tflite(read_bytes(path));
  const auto arrays = tests::read_npz(models() / fmt::format("{}.golden.npz", name));
  run::Engine engine(graph, {.core = core});
  int vectors = 0;
  for (; arrays.contains(fmt::format("in0_{}", vectors)); ++vectors) {
    const std::vector<Bytes> outputs = engine.run({arrays.at(fmt::format("in0_{}", vectors))});
    EXPECT_EQ(outputs.at(0), arrays.at(fmt::format("out0_{}", vectors))) << "vector " << vectors;
  }
  EXPECT_GT(vectors, 0);
}

INSTANTIATE_TEST_SUITE_P(Models, Golden,
                         testing::Combine(testing::Values("kws_ref_int8", "resnet8_cifar10_int8",
                                                          "vww_96_int8", "ad01_toycar_int8",
                                                          "hello_world_int8", "micro_speech_int8",
                                                          "person_detect_int8", "str_ww_int8"),
                                          testing::Values(Core::host, Core::cortex_m4)),
                         [](const auto& info) {
                           return fmt::format("{}_{}", std::get<0>(info.param),
                                              name_of(std::get<1>(info.param)));
                         });

}  // namespace
}  // namespace tinyml
