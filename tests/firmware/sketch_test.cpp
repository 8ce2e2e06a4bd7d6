// SPDX-License-Identifier: Apache-2.0
// The exported sketches, built by arduino-builder on the hardware folder beside this file and run in QEMU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/firmware/library.h"
#include "tests/firmware/sketch.h"
#include "tinyml/base/subprocess.h"

namespace tinyml::firmware {
namespace {
namespace fs = std::filesystem;

const std::vector<std::string> mbed_flags = {"-std=gnu++14",    "-Os",   "-fno-rtti", "-fno-exceptions",
                                             "-funsigned-char", "-Wall", "-Wextra",   "-Werror"};

ProcessResult run_tool(std::vector<std::string> command, const std::vector<std::string>& more = {}) {
  command.insert(command.end(), more.begin(), more.end());
  return run_process(command);
}

// The library's static-buffer loop on this machine.
std::string run_on_host(const ArduinoExport& made, const fs::path& folder) {
  write_text(folder / "main.cpp", R"(
#include <stdio.h>
#include <Yes_or_no.h>
#include "clip.h"
int main() {
  kws::reset();
  for (int at = 0; at + kws::hop_samples <= clip_samples; at += kws::hop_samples) kws::push(clip + at);
  const int8_t* scores = kws::classify();
  for (int i = 0; i < kws::classes; ++i) printf("%s %d\r\n", kws::labels[i], scores[i]);
}
)");
  const ProcessResult build =
      run_tool({"g++", "-I" + (made.folder / "src").string(),
                "-I" + (made.folder / "examples/Yes_or_no_static_buffer").string(), folder / "main.cpp",
                made.folder / "src/kws.cpp", "-o", folder / "main"},
               mbed_flags);
  EXPECT_EQ(build.exit_code, 0) << build.error;
  return run_tool({folder / "main"}).output;
}

struct Model {
  const char* name;
  ArduinoLibrary (*library)();
  const char* heard;  // what the microphone sketch prints
};

class Sketch : public testing::TestWithParam<Model> {
 protected:
  void SetUp() override {
    const std::string missing = missing_sketch_tool();
    if (!missing.empty()) GTEST_SKIP() << "skipped: " << missing << " is not installed";
    made_ = export_arduino(folder_.path() / "export", GetParam().library());
  }
  TemporaryFolder folder_;
  ArduinoExport made_;
};

TEST_P(Sketch, StaticBufferPrintsTheScoresOfTheHost) {
  const std::string host = run_on_host(made_, folder_.path());
  ASSERT_GE(std::ranges::count(host, '\n'), 3) << host;
  const fs::path elf = build_sketch(made_, "Yes_or_no_static_buffer", folder_.path());
  const std::string board = run_in_qemu(elf);
  EXPECT_THAT(board, testing::StartsWith(host));
  EXPECT_THAT(board, testing::HasSubstr("Result: "));
}

TEST_P(Sketch, MicrophoneReportsWhatItHearsOnce) {
  const fs::path elf = build_sketch(made_, "Yes_or_no_microphone", folder_.path());
  EXPECT_THAT(run_in_qemu(elf), testing::MatchesRegex(GetParam().heard));
}

TEST_P(Sketch, LibraryCompilesWithTheFlagsOfTheMbedCore) {
  const ProcessResult build =
      run_tool({"arm-none-eabi-g++", "-c", "-nostdinc++", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp",
                "-mfpu=fpv4-sp-d16", "-I" + (made_.folder / "src").string(), "-include", "Yes_or_no.h",
                made_.folder / "src/kws.cpp", "-o", folder_.path() / "kws.o"},
               mbed_flags);
  EXPECT_EQ(build.exit_code, 0) << build.error;
}

INSTANTIATE_TEST_SUITE_P(Models, Sketch,
                         testing::Values(Model{"handwritten", test_library, "low [0-9]+ %\r\n"},
                                         Model{"generated", generated_library,
                                               "((yes|no|unknown|silence)[^\r]* [0-9]+ %\r\n)*"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(CameraSketch, PrintsTheLabelOfEveryFrame) {
  const std::string missing = missing_sketch_tool();
  if (!missing.empty()) GTEST_SKIP() << "skipped: " << missing << " is not installed";
  const TemporaryFolder folder;
  const ArduinoExport made = export_arduino(folder.path() / "export", camera_library());
  EXPECT_EQ(run_in_qemu(build_sketch(made, "Looks_tinyml_camera", folder.path())),
            "bright 99 %\r\ndark 99 %\r\nbright 99 %\r\n");
}

}  // namespace
}  // namespace tinyml::firmware
