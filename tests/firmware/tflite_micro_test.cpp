// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/tflite_micro.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"

namespace tinyml::firmware {
namespace {
namespace fs = std::filesystem;

Bytes counted(size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  return bytes;
}

TEST(TfliteMicro, HeaderHasTheLinesThatArduinoUsersKnow) {
  const Bytes bytes = counted(25);
  const std::string text = c_array_header(bytes);
  EXPECT_THAT(text, testing::HasSubstr("const unsigned char model_data[] PROGMEM = {\n    0x00, 0x01,"));
  EXPECT_THAT(text, testing::HasSubstr("0x0b,\n    0x0c,"));
  EXPECT_THAT(text, testing::EndsWith("    0x18,\n};\nconst unsigned int model_data_len = 25;\n"));
}

TEST(TfliteMicro, RefusesWhatIsNoArray) {
  EXPECT_THROW(c_array_header(counted(4), "my model"), Error);
  EXPECT_THROW(c_array_header(counted(4), "int"), Error);
  EXPECT_THROW(c_array_header({}, "model"), Error);
}

TEST(TfliteMicro, ExportsBothFiles) {
  const TemporaryFolder folder;
  export_tflite_micro(folder.path() / "out", counted(300), "kws");
  EXPECT_EQ(read_bytes(folder.path() / "out/kws.tflite"), counted(300));
  EXPECT_EQ(read_text(folder.path() / "out/kws.h"), c_array_header(counted(300), "kws"));
}

struct Compiler {
  const char* name;
  std::vector<std::string> command;
};

class TfliteMicroHeader : public testing::TestWithParam<Compiler> {};

TEST_P(TfliteMicroHeader, CompilesWithoutWarningAndIsAligned) {
  const Compiler& compiler = GetParam();
  if (!find_program(compiler.command[0])) {
    GTEST_SKIP() << "skipped: " << compiler.command[0] << " is not installed";
  }
  const TemporaryFolder folder;
  const bool is_c = compiler.command.back() == "c";
  write_text(folder.path() / "model_data.h", c_array_header(counted(1000)));
  const fs::path main = folder.path() / "main.source";
  write_text(main, std::string("#include \"model_data.h\"\n") + (is_c ? "_Static_assert" : "static_assert") +
                       "(sizeof model_data == 1000, \"size\");\n" +
                       (is_c ? "_Static_assert" : "static_assert") +
                       "(__alignof__(model_data) == 16, \"alignment\");\n"
                       "unsigned int sum(void);\n"
                       "unsigned int sum(void) { return model_data[3] + model_data_len; }\n");
  std::vector<std::string> command = compiler.command;
  command.insert(command.end(),
                 {main, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", "-o", folder.path() / "main.o"});
  const ProcessResult result = run_process(command);
  EXPECT_EQ(result.exit_code, 0) << result.error;
}

INSTANTIATE_TEST_SUITE_P(Compilers, TfliteMicroHeader,
                         testing::Values(Compiler{"gcc", {"gcc", "-std=c11", "-x", "c"}},
                                         Compiler{"gxx", {"g++", "-std=c++14", "-x", "c++"}},
                                         Compiler{"arm_gcc", {"arm-none-eabi-gcc", "-std=c11", "-x", "c"}},
                                         Compiler{"arm_gxx",
                                                  {"arm-none-eabi-g++", "-std=c++14", "-x", "c++"}}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tinyml::firmware
