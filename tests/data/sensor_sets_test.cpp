// SPDX-License-Identifier: Apache-2.0
// The shared sets agree with what their READMEs say, and with an independent count in Python.
#include <map>
#include <set>
#include <sstream>

#include "tests/data/clips.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/data/sensor_windows.h"

namespace tinyml::data {
namespace {

class SensorSets : public testing::Test {
 protected:
  std::filesystem::path folder(const char* name) {
    return shared_data().empty() ? std::filesystem::path() : shared_data() / name;
  }
};

#define SKIP_WITHOUT(path) \
  if (path.empty() || !std::filesystem::exists(path)) GTEST_SKIP() << "skipped: no shared data"

size_t samples_in(const SensorDataset& dataset, Split split) {
  size_t samples = 0;
  for (const SensorRecording& r : dataset.recordings) samples += r.split == split ? r.samples() : 0;
  return samples;
}

size_t samples_in(const SensorDataset& dataset) {
  return samples_in(dataset, Split::train) + samples_in(dataset, Split::validation) +
         samples_in(dataset, Split::test);
}

TEST_F(SensorSets, ActivityHasSixteenSubjectsAndFiveLabelsOnAJitteringClock) {
  const auto path = folder("imu-activity");
  SKIP_WITHOUT(path);
  SensorLoadOptions options;
  options.file_pattern = "^s[0-9]+_[0-9]+_s[wp]";
  options.group_pattern = "^(s[0-9]+)_";
  options.gap_periods = 20;
  const SensorDataset all = load_sensor_dataset(path, options);
  EXPECT_EQ(all.recordings.size(), 80u);
  EXPECT_EQ(groups_of(all).size(), 16u);
  EXPECT_THAT(all.labels,
              testing::ElementsAre("SEATED", "SITTING_DOWN", "STANDING_UP", "TURNING", "WALKING"));
  EXPECT_NEAR(all.rate_hz, 100, 5);
  EXPECT_NEAR(static_cast<double>(samples_in(all)), 95836, 0.02 * 95836);

  options.file_pattern = "_sw\\.csv$";
  options.rate_hz = 50;
  options.split.test_groups = {"s18", "s20", "s22"};
  options.split.validation_groups = {"s14", "s16"};
  const SensorDataset watch = load_sensor_dataset(path, options);
  EXPECT_EQ(watch.recordings.size(), 64u);
  EXPECT_NEAR(static_cast<double>(samples_in(watch, Split::test)) / 50, 134, 6);
  const auto test_windows = [&](size_t length) {
    return windows_in(watch, cut_windows(watch, {.length = length, .stride = length / 2}), Split::test)
        .size();
  };
  EXPECT_EQ(test_windows(50), 249u);
  EXPECT_EQ(test_windows(75), 165u);
  EXPECT_EQ(test_windows(100), 116u);
}

TEST_F(SensorSets, ExerciseHasNinetyEightSeriesOfSevenSubjects) {
  const auto path = folder("imu-exercise");
  SKIP_WITHOUT(path);
  SensorLoadOptions options;
  options.rate_hz = 50;
  options.split.test_groups = {"6", "7"};
  const SensorDataset dataset = load_sensor_dataset(path, options);
  EXPECT_EQ(dataset.recordings.size(), 98u);
  EXPECT_EQ(groups_of(dataset).size(), 7u);
  EXPECT_EQ(dataset.labels.size(), 7u);
  EXPECT_EQ(dataset.channels.size(), 6u);
  const std::vector<SensorWindow> windows = cut_windows(dataset, {.length = 200, .stride = 100});
  EXPECT_EQ(windows_in(dataset, windows, Split::test).size(), 479u);
  const std::vector<int32_t> folds = sensor_folds(dataset, 7, 1);
  std::map<int32_t, std::set<std::string>> groups;
  for (size_t i = 0; i < folds.size(); ++i) groups[folds[i]].insert(dataset.recordings[i].group);
  EXPECT_EQ(groups.size(), 7u);
  for (const auto& [fold, members] : groups) EXPECT_EQ(members.size(), 1u);
}

TEST_F(SensorSets, FanHasThirtyNineRunsOfThreeThousandRows) {
  const auto path = folder("vibration-fan") / "accelerometer.csv";
  SKIP_WITHOUT(path);
  SensorLoadOptions options;
  options.rate_hz = 50;
  options.csv.label_column = "config";
  options.csv.run_columns = {"config", "speed_pct"};
  options.csv.channels = {"x", "y", "z"};
  options.split.by = SplitBy::time;
  options.split.test_fraction = 0.25;
  const SensorDataset dataset = load_sensor_dataset(path, options);
  ASSERT_EQ(dataset.recordings.size(), 3 * 39u);
  EXPECT_EQ(samples_in(dataset), 117000u);
  EXPECT_THAT(dataset.labels, testing::ElementsAre("1", "2", "3"));
  EXPECT_EQ(groups_of(dataset).size(), 39u);
  EXPECT_EQ(dataset.recordings[0].samples(), 1800u);
  EXPECT_EQ(dataset.recordings[1].samples(), 450u);
  EXPECT_EQ(dataset.recordings[2].samples(), 750u);
  EXPECT_EQ(dataset.recordings[0].group, "1/20");
  EXPECT_FLOAT_EQ(dataset.recordings[0].values[4], -0.043f);
  const std::vector<SensorWindow> windows = cut_windows(dataset, {.length = 150, .stride = 75});
  size_t normal = 0;
  for (const SensorWindow& w : windows_in(dataset, windows, Split::test)) normal += w.label == 0;
  EXPECT_EQ(normal, 13u * 9);
}

TEST_F(SensorSets, GesturesAreSeventyStrokesADigit) {
  const auto path = folder("gesture-wand");
  SKIP_WITHOUT(path);
  SensorLoadOptions options;
  options.split.by = SplitBy::order;
  options.split.validation_fraction = 1.0 / 7;
  options.split.test_fraction = 1.0 / 7;
  const SensorDataset dataset = load_sensor_dataset(path, options);
  EXPECT_EQ(dataset.recordings.size(), 700u);
  EXPECT_EQ(dataset.labels.size(), 10u);
  std::map<std::pair<std::string, Split>, size_t> count;
  for (const SensorRecording& r : dataset.recordings) ++count[{r.label, r.split}];
  for (const std::string& label : dataset.labels) {
    EXPECT_EQ((count[{label, Split::train}]), 50u);
    EXPECT_EQ((count[{label, Split::test}]), 10u);
  }
  EXPECT_EQ(dataset.recordings.back().split, Split::test);
  EXPECT_EQ(dataset.recordings.back().group, "petewarden_9.json#69");
}

TEST_F(SensorSets, MachineTemperatureStepsBackOneHour) {
  const auto path = folder("anomaly-nab") / "machine_temperature_system_failure.csv";
  SKIP_WITHOUT(path);
  expect_error(ErrorKind::bad_file, {"line 10151", "timestamp", "backwards", "2014-01-07 02:00:00"},
               [&] { load_sensor_dataset(path); });
  SensorLoadOptions options;
  options.csv.backward_clock = BackwardClock::split;
  options.split.by = SplitBy::group;
  const SensorDataset split = load_sensor_dataset(path, options);
  ASSERT_EQ(split.recordings.size(), 2u);
  EXPECT_EQ(samples_in(split), 22695u);
  EXPECT_EQ(split.recordings[0].samples(), 10149u);
  options.csv.backward_clock = BackwardClock::drop;
  const SensorDataset dropped = load_sensor_dataset(path, options);
  ASSERT_EQ(dropped.recordings.size(), 1u);
  EXPECT_EQ(samples_in(dropped), 22683u);
  EXPECT_NEAR(dropped.rate_hz, 1.0 / 300, 1e-9);
  EXPECT_EQ(dropped.recordings[0].start_s, 1386018900);
  EXPECT_THAT(dropped.labels, testing::ElementsAre("normal"));
  EXPECT_FLOAT_EQ(dropped.recordings[0].values[10149], 91.45716359999999f);
}

TEST_F(SensorSets, OccupancyHasARowNumberWithoutAName) {
  const auto path = folder("env-occupancy");
  SKIP_WITHOUT(path);
  SensorLoadOptions options;
  options.csv.label_column = "Occupancy";
  options.csv.channels = {"Temperature", "Humidity", "CO2", "HumidityRatio"};
  options.split.by = SplitBy::group;
  const SensorDataset dataset = load_sensor_dataset(path, options);
  ASSERT_EQ(dataset.recordings.size(), 2u);
  EXPECT_EQ(dataset.recordings[0].samples(), 2665u);
  EXPECT_EQ(dataset.recordings[1].samples(), 8143u);
  EXPECT_NEAR(dataset.rate_hz, 1.0 / 60, 1e-6);
  EXPECT_THAT(dataset.labels, testing::ElementsAre("0", "1"));
  const std::vector<SensorWindow> rows = cut_windows(dataset, {.length = 1});
  size_t occupied = 0;
  for (const SensorWindow& w : rows) occupied += w.label == 1;
  EXPECT_EQ(rows.size(), 10808u);
  EXPECT_EQ(occupied, 972u + 1729u);
}

/// Python's csv module as the second reader: the sum of every channel of every file.
TEST_F(SensorSets, AgreeWithPythonOnEveryChannel) {
  const auto path = folder("imu-exercise");
  SKIP_WITHOUT(path);
  if (!find_program("python3")) GTEST_SKIP() << "skipped: no python3";
  SensorLoadOptions options;
  options.rate_hz = 50;
  const SensorDataset dataset = make_sensor_dataset(load_sensor_dataset(path, options).recordings, {}, true);
  const ProcessResult python = run_process({"python3", "-c",
                                            R"(
import csv, sys
for row in sorted(csv.DictReader(open(sys.argv[1] + "/labels.csv")), key=lambda row: row["file"]):
    values = list(csv.reader(open(sys.argv[1] + "/" + row["file"])))[1:]
    print(row["file"], row["label"], row["subject"], len(values), *(repr(sum(map(float, c))) for c in zip(*values)))
)",
                                            path.string()});
  ASSERT_EQ(python.exit_code, 0) << python.error;
  std::istringstream lines(python.output);
  for (const SensorRecording& r : dataset.recordings) {
    std::string file, label, subject;
    size_t rows = 0;
    lines >> file >> label >> subject >> rows;
    EXPECT_TRUE(r.path.ends_with("/" + file)) << r.path;
    EXPECT_EQ(r.label, label);
    EXPECT_EQ(r.group, subject);
    ASSERT_EQ(r.samples(), rows);
    for (size_t c = 0; c < r.channels.size(); ++c) {
      double expected = 0, sum = 0;
      lines >> expected;
      for (size_t i = 0; i < rows; ++i) sum += r.values[i * r.channels.size() + c];
      EXPECT_NEAR(sum, expected, 1e-3) << file;
    }
  }
}

}  // namespace
}  // namespace tinyml::data
