// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_config.h"

#include <gtest/gtest.h>

#include "tests/project/complaint.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml::project {
namespace {

std::string error_of(const std::string& toml) { return complaint_about(toml, read_sensor_config); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SensorConfig, SurvivesItsFile) {
  SensorConfig config = sensor_defaults(SensorTask::gesture);
  config.data.path = "some \"folder\"";
  config.data.sensors = {{"accelerometer", 3, 62.5, "m/s2", 39.2}, {"my \\sensor", 2, 0, "", 0}};
  config.data.labels = {"up", "down"};
  config.data.window_samples = 0;
  config.data.window_s = 1.28;
  config.data.fit = WindowFit::pad;
  config.data.label_rule = data::WindowLabel::interval;
  config.data.split.by = data::SplitBy::order;
  config.data.split.test_groups = {"7"};
  config.data.csv.run_columns = {"config", "speed"};
  config.data.group_pattern = "^(s\\d+)_";
  config.data.fuse = true;
  config.features.kind = SensorFeatureKind::spectral;
  config.features.filter = FilterKind::high_pass;
  config.model = {"cnn_1d_separable", 20, 2, 0.1};
  config.training.rotation_degrees = 12.5;
  config.training.balance_classes = true;
  config.quantization.calibration = quantize::Calibration::mse;
  const TemporaryFolder folder;
  const auto file = folder.path() / "tinyml.toml";
  write_text(file, to_toml(config));
  const SensorConfig read = read_sensor_config(file);
  EXPECT_EQ(to_toml(read), to_toml(config));
  EXPECT_EQ(read.data.sensors, config.data.sensors);
  EXPECT_EQ(read.data.group_pattern, config.data.group_pattern);
  EXPECT_EQ(task_of_project(file), "gesture");
}

TEST(SensorConfig, ShortFilesTakeTheTasksDefaults) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "tinyml.toml";
  write_text(file, "[data]\ntask = \"gesture\"\n");
  EXPECT_EQ(to_toml(read_sensor_config(file)), to_toml(sensor_defaults(SensorTask::gesture)));
}

TEST(SensorConfig, WindowsInSecondsOrSamples) {
  SensorConfig config;
  config.data.window_s = 2;
  EXPECT_EQ(config.window_at(50), 100);
  EXPECT_EQ(config.stride_at(50), 50);
  EXPECT_THROW(config.window_at(0), Error);
  config.data.window_samples = 64;
  EXPECT_EQ(config.window_at(0), 64);
  config.data.window_samples = 0;
  config.data.window_s = 0;
  EXPECT_THROW(config.window_at(50), Error);
}

TEST(SensorConfig, MistakesNameLineAndKey) {
  EXPECT_TRUE(contains(error_of("[data]\ntask = \"gestures\"\n"), "nearest: gesture"));
  EXPECT_TRUE(
      contains(error_of("[data]\nwindow = 3\n"), "line 2: unknown key window in [data]; nearest: window_s"));
  EXPECT_TRUE(
      contains(error_of("[data]\nsensors = [3]\n"), "line 2: sensors in [data] is not a list of tables"));
  EXPECT_TRUE(
      contains(error_of("[data]\nsensors = [{ nam = \"a\" }]\n"), "unknown key nam in [data.sensors]"));
  EXPECT_TRUE(contains(error_of("[data]\nsensors = [{ name = \"a\", channels = 0 }]\n"), "0 channels"));
  EXPECT_TRUE(contains(error_of("[data]\nsensors = [{ name = \"a\" }, { name = \"a\" }]\n"), "given twice"));
  EXPECT_TRUE(contains(error_of("[features]\nkind = \"spektral\"\n"), "nearest: spectral"));
  EXPECT_TRUE(contains(error_of("[model]\narchitecture = \"cnn1d\"\n"), "nearest: cnn_1d"));
  for (const std::string name : {"bidirectional_lstm", "bidirectional_gru"}) {
    EXPECT_TRUE(contains(error_of("[model]\narchitecture = \"" + name + "\"\n"),
                         "architecture \"" + name +
                             "\": a bidirectional net begins at the end of a window, which no stream has; "
                             "take lstm or gru"));
  }
  EXPECT_TRUE(contains(error_of("[training]\nlearning_rate = 0\n"), "learning_rate must be above 0"));
  EXPECT_TRUE(contains(error_of("[training]\nlearning_rate = nan\n"), "learning_rate must be above 0"));
  EXPECT_TRUE(contains(error_of("[trainings]\n"), "unknown section trainings; nearest: training"));
}

TEST(SensorConfig, KnownSensorsHaveChannels) {
  EXPECT_EQ(known_sensor("accelerometer").channels, 3);
  EXPECT_EQ(known_sensor("temperature").channels, 1);
  try {
    known_sensor("acelerometer");
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(contains(error.what(), "nearest: accelerometer"));
  }
}

}  // namespace
}  // namespace tinyml::project
