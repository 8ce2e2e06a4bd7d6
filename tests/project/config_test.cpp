// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/audio_config.h"

#include <gtest/gtest.h>

#include "tests/project/complaint.h"
#include "tinyml/base/file.h"

namespace tinyml::project {
namespace {

std::string error_of(const std::string& toml) { return complaint_about(toml, read_config); }

TEST(AudioConfig, SurvivesItsFile) {
  AudioConfig config;
  config.name = "my_words";
  config.data = {"some \"folder\"", Task::keyword_spotting, {"ja", "nein"}, 8000, 1200};
  config.features.mfcc = true;
  config.features.low_hz = 62.5;
  config.model.architecture = "ds_cnn";
  config.training.learning_rate = 0.0125;
  config.training.seed = 77;
  config.training.refit = false;
  config.training.balance_classes = true;
  config.training.label_smoothing = 0.05;
  config.quantization.calibration = quantize::Calibration::mse;
  const TemporaryFolder folder;
  const auto file = folder.path() / "tinyml.toml";
  write_text(file, to_toml(config));
  EXPECT_EQ(to_toml(read_config(file)), to_toml(config));
  EXPECT_EQ(read_config(file).data.path, config.data.path);
}

TEST(AudioConfig, WindowIsAWholeNumberOfFrames) {
  const AudioConfig config;
  EXPECT_EQ(config.frames(), 49);
  EXPECT_EQ(config.window_samples(), 48 * 320 + 480);
}

TEST(AudioConfig, MistakesNameLineAndKey) {
  EXPECT_NE(
      error_of("[data]\nkeyword = []\n").find("line 2: unknown key keyword in [data]; nearest: keywords"),
      std::string::npos);
  EXPECT_NE(error_of("[data]\npath = 3\n").find("line 2: path in [data] is not a string"), std::string::npos);
  EXPECT_NE(error_of("[data\n").find("line "), std::string::npos);
  EXPECT_NE(error_of("[data]\nsample_rate_hz = 0\n").find("sample_rate_hz must be above 0"),
            std::string::npos);
  EXPECT_NE(error_of("[model]\narchitecture = \"hybird\"\n").find("nearest: hybrid"), std::string::npos);
  EXPECT_NE(error_of("[target]\nboard = \"nano44\"\n").find("nearest"), std::string::npos);
  EXPECT_NE(error_of("[project]\nname = \"2 words\"\n").find("C identifier"), std::string::npos);
  EXPECT_NE(error_of("[data]\nkeywords = [\"a\", \"a\"]\n").find("given twice"), std::string::npos);
  EXPECT_NE(error_of("[data]\nkeywords = [\"a\", \" b\"]\n").find("begins or ends with a space"),
            std::string::npos);
}

}  // namespace
}  // namespace tinyml::project
