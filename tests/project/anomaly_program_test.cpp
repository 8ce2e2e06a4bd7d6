// SPDX-License-Identifier: Apache-2.0
// The files that a firmware includes: what they say, and that they compile as strictly as firmware does.
#include <gtest/gtest.h>

#include "tests/project/anomaly_machine.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/profile.h"

namespace tinyml {
namespace {

class AnomalyProgramFiles : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    AnomalyConfig config;
    config.sensors = {{"accelerometer", 2, 0, "g", 0}, {"temperature", 1, 0, "Cel", 0}};
    config.context = {"speed"};
    config.method = GetParam();
    config.window_size = 64;
    config.clusters = 3;
    config.epochs = 1;
    config.net.width = 8;
    AnomalyDetector detector(config);
    detector.train({machine(4000, 1)});
    detector.export_to("cpp", folder.path());
    header = read_text(folder.path() / "anomaly.h");
    source = read_text(folder.path() / "anomaly.cpp");
    score = read_text(folder.path() / "anomaly_score.h");
  }
  TemporaryFolder folder;
  std::string header, source, score;
};

TEST_P(AnomalyProgramFiles, SayHowTheyAreUsed) {
  const bool raw = GetParam() == std::string("lstm");
  const auto says = [](const std::string& text, const char* words) { return text.find(words) != text.npos; };
  EXPECT_TRUE(says(header, "Programs include anomaly_score.h instead"));
  EXPECT_TRUE(says(source, "//   #include \"anomaly_score.h\""));
  EXPECT_EQ(says(source, "//   anomaly::set_extra(extra);"), !raw);
  EXPECT_FALSE(says(header, "int32_t classes"));
  EXPECT_FALSE(says(header, "labels["));
  EXPECT_FALSE(says(source, "labels["));
  EXPECT_TRUE(says(header, "// Samples are counted over all channels: an instant is `channels` of them.\n"));
  EXPECT_TRUE(says(header, raw ? "hop_samples = 4;  // 1 of each channel: 10.0 ms"
                               : "hop_samples = 96;  // 32 of each channel: 320.0 ms"));
  EXPECT_TRUE(says(header, "// 64 of each channel: 640.0 ms"));
  EXPECT_TRUE(says(score, "/// Whether the newest score is at least 0.5."));
}

TEST_P(AnomalyProgramFiles, CompileStrictlyInEveryFileThatIncludesThem) {
  if (!find_program("g++")) GTEST_SKIP() << "skipped: g++ is not installed";
  write_text(
      folder.path() / "one.cpp",
      "#include \"anomaly_score.h\"\nanomaly::Detector detector;\nfloat other();\n"
      "int main() {\n  detector.reset();\n  const int16_t samples[anomaly::Detector::push_values] = {};\n"
      "  for (int i = 0; i < 4; ++i) detector.push(samples, 1.0f);\n"
      "  return detector.score() == other() ? 0 : 1;\n}\n");
  write_text(folder.path() / "two.cpp",
             "#include \"anomaly_score.h\"\nextern anomaly::Detector detector;\nfloat other();\n"
             "float other() { return detector.score(); }\n");
  for (const char* compiler : {"g++", "clang++-14"}) {
    if (!find_program(compiler)) continue;
    const std::string program = folder.path() / "program";
    const ProcessResult build = run_process(
        {compiler, "-std=c++14", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
         "-Wdouble-promotion", "-Werror", "-funsigned-char", "-I" + folder.path().string(),
         folder.path() / "one.cpp", folder.path() / "two.cpp", folder.path() / "anomaly.cpp", "-o", program});
    ASSERT_EQ(build.exit_code, 0) << compiler << "\n" << build.error;
    EXPECT_EQ(run_process({program}).exit_code, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, AnomalyProgramFiles, testing::Values("kmeans", "lstm"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tinyml
