// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"

namespace tinyml {
namespace {

using testing::ContainsRegex;
using testing::Not;

constexpr const char* kFixed = R"(
#include "tinyml/device/dsp/mfcc.h"
struct P {
  static constexpr int32_t frames = 49, frame_samples = 480, hop_samples = 320, fft_size = 512;
  static constexpr int32_t normalised_bits = 21, bands = 40, coefficients = 10;
  static constexpr int32_t reference = 2000000, gain = 31457, gain_shift = 11, limit = 544000;
};
void features(const int16_t* samples, const uint16_t* u, const int16_t* s, int8_t* out, void* scratch) {
  tinyml::device::mfcc(P{}, samples, u, s, u, u, u, s, out, scratch);
  tinyml::device::mfe_frame(P{}, samples, u, s, u, u, u, out, scratch);
}
)";

constexpr const char* kFloat = R"(
#include "tinyml/device/dsp/mfe_float.h"
struct P {
  static constexpr int32_t frames = 49, frame_samples = 480, hop_samples = 320, fft_size = 512;
  static constexpr int32_t bands = 40, coefficients = 10;
};
void features(const float* f, const uint16_t* u, float* out, void* scratch) {
  tinyml::device::mfe_float(P{}, f, f, f, u, f, out, scratch);
  tinyml::device::mfcc_float(P{}, f, f, f, u, f, f, f, out, scratch);
}
)";

constexpr const char* kWavelet = R"(
#include "tinyml/device/dsp/wavelet.h"
struct P {
  static constexpr int32_t frames = 2, channels = 3, frame_samples = 128, hop_samples = 64;
  static constexpr int32_t levels = 2, taps = 8, fraction_bits = 11;
};
void features(const int16_t* samples, const int32_t* s, const uint16_t* u, int8_t* out, void* scratch) {
  tinyml::device::wavelet(P{}, samples, s, u, s, out, scratch);
}
)";

constexpr const char* kSensors = R"(
#include "tinyml/device/dsp/flatten_statistics.h"
#include "tinyml/device/dsp/raw.h"
#include "tinyml/device/dsp/spectral.h"
struct P {
  static constexpr int32_t frames = 2, channels = 3, frame_samples = 125, hop_samples = 25, features = 21;
  static constexpr int32_t average = 1, minimum = 1, maximum = 1, root_mean_square = 1;
  static constexpr int32_t standard_deviation = 1, skewness = 1, kurtosis = 1;
  static constexpr int32_t fraction_bits = 12, order = 5, high_pass = 1, fft_size = 16;
  static constexpr int32_t normalised_bits = 26, block_step = 8, first_bin = 1, last_bin = 8, log = 1;
};
void features(const int16_t* samples, const int32_t* s, const int16_t* w, const uint16_t* u, int8_t* out,
              void* scratch) {
  tinyml::device::raw(P{}, samples, s, out);
  tinyml::device::flatten_statistics(P{}, samples, s, out);
  tinyml::device::spectral(P{}, samples, s, w, u, s, s, out, scratch);
}
)";

constexpr const char* kCamera = R"(
#include "tinyml/device/dsp/camera_frame.h"
template <int32_t kPixels, int32_t kChannels>
struct P {
  static constexpr int32_t pixels = kPixels, frame_width = 160, top = 4, left = 20, columns = 120;
  static constexpr int32_t channels = kChannels;
  static constexpr int32_t height = 96, width = 96;
  static constexpr int32_t fill_top = 0, fill_left = 4, fill_height = 96, fill_width = 88;
};
void features(const uint8_t* frame, const int16_t* t, int8_t* out, void* scratch) {
  using namespace tinyml::device;
  camera_frame(P<kCameraRgb888, 3>{}, frame, t, t, out, scratch);
  camera_frame(P<kCameraRgb565, 3>{}, frame, t, t, out, scratch);
  camera_frame(P<kCameraRgb565, 1>{}, frame, t, t, out, scratch);
  camera_frame(P<kCameraGrey8, 1>{}, frame, t, t, out, scratch);
  camera_crop(P<kCameraRgb888, 3>{}, frame, out);
  camera_crop(P<kCameraRgb565, 1>{}, frame, out);
}
)";

struct Compiler {
  const char* core;
  std::string prefix;
  std::vector<std::string> machine = {};
};

constexpr const char* kFloatArithmetic = "__aeabi_[fd]|[sd]f[23]|[sd]f[sd]i|log|sqrt";

class CrossCompile : public testing::TestWithParam<Compiler> {
 protected:
  void SetUp() override {
    if (!find_program(tool("g++"))) GTEST_SKIP() << "skipped: no " << tool("g++");
  }

  std::string tool(const char* name) const { return GetParam().prefix + name; }

  ProcessResult compile(const char* source) {
    write_text(folder_.path() / "features.cpp", source);
    std::vector<std::string> command = {tool("g++"),
                                        "-std=c++14",
                                        "-Os",
                                        "-fno-rtti",
                                        "-fno-exceptions",
                                        "-funsigned-char",
                                        "-Wall",
                                        "-Wextra",
                                        "-Werror",
                                        "-I" TINYML_SOURCE_DIR "/device",
                                        "-c",
                                        (folder_.path() / "features.cpp").string(),
                                        "-o",
                                        object()};
    command.insert(command.end(), GetParam().machine.begin(), GetParam().machine.end());
    return run_process(command);
  }
  std::string object() const { return (folder_.path() / "features.o").string(); }

 private:
  TemporaryFolder folder_;
};

TEST_P(CrossCompile, FixedPathCallsNoArithmeticAndDoesNotDivide) {
  const ProcessResult compiled = compile(kFixed);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.error;
  const ProcessResult symbols = run_process({tool("nm"), "-u", object()});
  const ProcessResult code = run_process({tool("objdump"), "-d", object()});
  ASSERT_NE(code.output.find("mul"), std::string::npos);
  // Shifts, leading zeros and memory moves remain; cores without a 64-bit product call none for it either.
  EXPECT_THAT(symbols.output, Not(ContainsRegex(std::string("div|mul|mod|") + kFloatArithmetic)));
  EXPECT_THAT(code.output, Not(ContainsRegex("[us]div[[:space:]]")));
}

TEST_P(CrossCompile, WaveletCallsNoFloatArithmetic) {
  const ProcessResult compiled = compile(kWavelet);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.error;
  const ProcessResult symbols = run_process({tool("nm"), "-u", object()});
  ASSERT_NE(symbols.output.find("memmove"), std::string::npos);
  EXPECT_THAT(symbols.output, Not(ContainsRegex(kFloatArithmetic)));
}

TEST_P(CrossCompile, SensorsCallNoFloatArithmetic) {
  const ProcessResult compiled = compile(kSensors);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.error;
  const ProcessResult symbols = run_process({tool("nm"), "-u", object()});
  ASSERT_THAT(symbols.output, ContainsRegex("__aeabi_uldivmod|__udivdi3"));
  EXPECT_THAT(symbols.output, Not(ContainsRegex(kFloatArithmetic)));
}

TEST_P(CrossCompile, CameraFramesNeitherDivideNorCallArithmetic) {
  const ProcessResult compiled = compile(kCamera);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.error;
  const ProcessResult symbols = run_process({tool("nm"), "-u", object()});
  const ProcessResult code = run_process({tool("objdump"), "-d", object()});
  ASSERT_NE(symbols.output.find("memset"), std::string::npos);
  EXPECT_THAT(symbols.output, Not(ContainsRegex(std::string("div|mul|mod|") + kFloatArithmetic)));
  EXPECT_THAT(code.output, Not(ContainsRegex("[us]div[[:space:]]")));
}

TEST_P(CrossCompile, FloatPathIsClean) {
  const ProcessResult compiled = compile(kFloat);
  EXPECT_EQ(compiled.exit_code, 0) << compiled.error;
}

const std::string kArm = "arm-none-eabi-";
INSTANTIATE_TEST_SUITE_P(Cores, CrossCompile,
                         testing::Values(Compiler{"m0plus", kArm, {"-mcpu=cortex-m0plus", "-mthumb"}},
                                         Compiler{"m4", kArm, {"-mcpu=cortex-m4", "-mthumb"}},
                                         Compiler{"m7", kArm, {"-mcpu=cortex-m7", "-mthumb"}},
                                         Compiler{"lx106", "xtensa-lx106-elf-"}),
                         [](const auto& info) { return std::string(info.param.core); });

}  // namespace
}  // namespace tinyml
