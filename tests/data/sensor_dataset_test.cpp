// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_dataset.h"

#include "tests/data/clips.h"
#include "tinyml/base/file.h"
#include "tinyml/data/strokes.h"

namespace tinyml::data {
namespace {

using testing::ElementsAre;

class SensorDatasets : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { write_text(folder_.path() / name, text); }
  SensorDataset load(const std::string& name = "") {
    return load_sensor_dataset(folder_.path() / name, options_);
  }
  void fails(ErrorKind kind, const std::vector<std::string>& parts, const std::string& name = "") {
    expect_error(kind, parts, [&] { load(name); });
  }

  TemporaryFolder folder_;
  SensorLoadOptions options_;
};

std::vector<std::string> labels_and_groups(const SensorDataset& dataset) {
  std::vector<std::string> result;
  for (const SensorRecording& r : dataset.recordings) {
    result.push_back(r.label + " " + r.group + " " + std::string(name_of(r.split)));
  }
  return result;
}

constexpr const char* kTable = "time_s,x,y\n0,1,2\n1,3,4\n2,5,6\n";
constexpr const char* kJson =
    R"({"protected":{"ver":"v1","alg":"none"},"payload":{"interval_ms":1000,)"
    R"("sensors":[{"name":"x","units":"g"},{"name":"y","units":"g"}],"values":[[7,8],[9,10]]}})";

TEST_F(SensorDatasets, ReadsLabelFoldersWithSplits) {
  write("train/walk/a.csv", kTable);
  write("train/run/deep/b.json", kJson);
  write("train/run/LICENSE.txt", "text");
  write("test/run/.hidden.csv", "no");
  write("test/run/c.csv", kTable);
  options_.split.validation_fraction = 0;
  const SensorDataset dataset = load();
  EXPECT_THAT(dataset.labels, ElementsAre("run", "walk"));
  EXPECT_EQ(dataset.rate_hz, 1);
  EXPECT_THAT(labels_and_groups(dataset),
              ElementsAre("run test/run/c.csv test", "run train/run/deep/b.json train",
                          "walk train/walk/a.csv train"));
  EXPECT_THAT(dataset.recordings[1].values, ElementsAre(7, 8, 9, 10));
}

TEST_F(SensorDatasets, ReadsLists) {
  write("labels.csv", "file,label,subject,split\na.csv,walk,7,train\nsub/b.csv,run,8,test\n");
  write("a.csv", kTable);
  write("sub/b.csv", kTable);
  options_.split.validation_fraction = 0;
  for (const char* name : {"", "labels.csv"}) {
    EXPECT_THAT(labels_and_groups(load(name)), ElementsAre("walk 7 train", "run 8 test"));
  }
  write("labels.csv", "path,label\nmissing.csv,walk\n");
  fails(ErrorKind::not_found, {"labels.csv line 2", "missing.csv"});
}

TEST_F(SensorDatasets, ReadsFlatFoldersByColumnOrName) {
  write("s1_a.csv", "x,label\n1,up\n2,up\n3,down\n");
  write("idle.2.csv", "x\n1\n2\n");
  write("plain.csv", "x\n1\n2\n");
  options_.rate_hz = 10;
  options_.split.by = SplitBy::group;
  const SensorDataset dataset = load();
  EXPECT_THAT(dataset.labels, ElementsAre("down", "idle", "normal", "up"));
  options_.labels = {"up", "idle"};
  const SensorDataset kept = load();
  EXPECT_THAT(kept.labels, ElementsAre("up", "idle"));
  ASSERT_EQ(kept.recordings.size(), 2u);
  EXPECT_THAT(kept.recordings[1].intervals, ElementsAre(LabelInterval{0, 2, "up"}, LabelInterval{2, 3, ""}));
  options_.labels = {"upp"};
  fails(ErrorKind::invalid_argument, {"\"upp\"", "nearest", "up"});
}

TEST_F(SensorDatasets, ReadsOneUnlabelledFileAsNormal) {
  write("machine.csv",
        "timestamp,value\n2014-01-07 02:55:00,1\n2014-01-07 03:00:00,2\n2014-01-07 03:05:00,3\n");
  options_.split.by = SplitBy::group;
  const SensorDataset dataset = load("machine.csv");
  EXPECT_THAT(labels_and_groups(dataset), ElementsAre(testing::StartsWith("normal machine.csv")));
  EXPECT_NEAR(dataset.rate_hz, 1.0 / 300, 1e-12);
}

TEST_F(SensorDatasets, FusesTheFilesOfAFolder) {
  std::string acc = "time_ms,x\n", temperature = "time_ms,value\n";
  for (int i = 0; i < 400; ++i) acc += std::to_string(1000 + 10 * i) + "," + std::to_string(i) + "\n";
  for (int i = 0; i < 6; ++i) temperature += std::to_string(500 + 1000 * i) + "," + std::to_string(i) + "\n";
  for (const char* recording : {"walk/1/", "walk/2/", "run/1/"}) {
    write(std::string(recording) + "acc.csv", acc);
    write(std::string(recording) + "temp.csv", temperature);
  }
  options_.fuse = true;
  fails(ErrorKind::invalid_argument, {"rate_hz"});
  options_.rate_hz = 50;
  options_.split.by = SplitBy::group;
  const SensorDataset dataset = load();
  ASSERT_EQ(dataset.recordings.size(), 3u);
  EXPECT_THAT(dataset.labels, ElementsAre("run", "walk"));
  EXPECT_EQ(dataset.recordings[0].group, "run/1");
  EXPECT_EQ(dataset.channels[0].name, "acc.x");
  EXPECT_EQ(dataset.channels[1].name, "temp.value");
  EXPECT_EQ(dataset.recordings[0].start_s, 1);
  EXPECT_NEAR(dataset.recordings[0].values[2 * 100], 200, 0.5);
  EXPECT_NEAR(dataset.recordings[0].values[2 * 100 + 1], 2.5, 1e-4);
}

TEST_F(SensorDatasets, BringsDifferentClocksToOne) {
  write("a.csv", kTable);
  write("b.csv", "time_s,x,y\n0,1,2\n2,3,4\n4,5,6\n");
  write("c.csv", kTable);
  const SensorDataset dataset = load();
  EXPECT_EQ(dataset.rate_hz, 1);
  for (const SensorRecording& r : dataset.recordings) EXPECT_EQ(r.rate_hz, 1);
}

TEST_F(SensorDatasets, NamesWhatIsWrong) {
  fails(ErrorKind::not_found, {"neither a labels.csv nor CSV"});
  fails(ErrorKind::not_found, {"no file or folder", "absent"}, "absent");
  write("a.csv", kTable);
  write("b.csv", "time_s,x,z\n0,1,2\n1,3,4\n");
  fails(ErrorKind::invalid_argument, {"b.csv", "x,z", "a.csv", "x,y"});
  write("b.csv", "time_s,x (g),y\n0,1,2\n1,3,4\n");
  write("a.csv", "time_s,x (m/s2),y\n0,1,2\n1,3,4\n");
  fails(ErrorKind::invalid_argument, {"b.csv", "\"x\" in g", "a.csv", "in m/s2"});
  write("a.csv", kTable);
  options_.csv.channels = {"x"};
  EXPECT_EQ(load().recordings.size(), 4u);  // two groups only: by time
  write("c.csv", "x\n1\n2\n");
  fails(ErrorKind::invalid_argument, {"some have none", "row_rate_hz"});
  options_.file_pattern = "^nothing$";
  fails(ErrorKind::not_found, {"file_pattern", "^nothing$"});
  options_.file_pattern = "(";
  fails(ErrorKind::invalid_argument, {"file_pattern", "regular expression"});
  options_.file_pattern = "^a";
  options_.group_pattern = "(s[0-9]+)_";
  fails(ErrorKind::invalid_argument, {"group_pattern", "a.csv"});
  options_ = {};
  write("d.parquet", "PAR1");
  fails(ErrorKind::unsupported, {"d.parquet", ".cbor"}, "d.parquet");
  options_.rate_hz = -1;
  fails(ErrorKind::invalid_argument, {"-1"});
  options_ = {};
  std::filesystem::create_symlink("/dev/zero", folder_.path() / "endless.csv");
  fails(ErrorKind::bad_file, {"endless.csv", "not a regular file"}, "endless.csv");
  options_.hmac_key = "key";
  write("e.json", kJson);
  fails(ErrorKind::bad_file, {"e.json", "not signed"}, "e.json");
  std::string many = "x,label\n";
  for (int i = 0; i < 1100; ++i) many += "1,l" + std::to_string(i) + "\n";
  write("many.csv", many);
  fails(ErrorKind::invalid_argument, {"more than 1000 different labels"}, "many.csv");
}

TEST(SensorMemory, ChecksRecordings) {
  SensorRecording r;
  r.channels = {{"x", ""}, {"y", ""}};
  const auto invalid = [&](const std::vector<std::string>& parts) {
    expect_error(ErrorKind::invalid_argument, parts, [&] { make_sensor_dataset(std::vector{r}); });
  };
  invalid({"recording 0", "0 values", "2 channels"});
  r.values = {1, 2, 3};
  invalid({"3 values"});
  r.values = {1, 2, 3, NAN};
  invalid({"sample 1", "\"y\"", "finite"});
  r.values[3] = 4;
  r.intervals = {{1, 3, "a"}};
  invalid({"recording 0", "interval"});
  r.intervals = {{1, 2, "a"}, {0, 1, "b"}};
  invalid({"recording 0", "interval"});
  r.intervals.clear();
  const SensorDataset dataset = make_sensor_dataset(std::vector{r, r, r, r});
  EXPECT_THAT(dataset.labels, ElementsAre("normal"));
  EXPECT_EQ(groups_of(dataset).size(), 4u);
  EXPECT_EQ(dataset.rate_hz, 0);
}

TEST(SensorMemory, TakesTimes) {
  TimedRecording timed;
  timed.recording.channels = {{"x", ""}};
  timed.recording.values = {1, 2, 3};
  const auto invalid = [&](const std::vector<std::string>& parts) {
    expect_error(ErrorKind::invalid_argument, parts, [&] { make_sensor_dataset(std::vector{timed}); });
  };
  timed.times_s = {0, 1};
  invalid({"recording 0 of the data", "2 times for 3"});
  timed.times_s = {0, 2, 1};
  invalid({"backwards at sample 2"});
  timed.times_s = {0, NAN, 1};
  invalid({"time of sample 1"});
  timed.times_s = {0, 2, 4};
  SensorLoadOptions options;
  options.rate_hz = 1;
  const SensorDataset dataset = make_sensor_dataset(std::vector{timed}, options, true);
  EXPECT_THAT(dataset.recordings[0].values, ElementsAre(1, 1.5f, 2, 2.5f, 3));
}

TEST(Strokes, ReadsAndRefuses) {
  const auto strokes = parse_strokes_json(
      R"({"strokes":[{"index":0,"strokePoints":[{"x":0.5,"y":-1},{"x":2,"y":3}],"label":"7"},)"
      R"({"strokePoints":[{"x":1,"y":1}]}]})",
      "d/s.json", 25);
  ASSERT_EQ(strokes.size(), 2u);
  EXPECT_THAT(strokes[0].recording.values, ElementsAre(0.5f, -1, 2, 3));
  EXPECT_EQ(strokes[0].recording.label, "7");
  EXPECT_EQ(strokes[1].recording.group, "s.json#1");
  const auto bad = [](const char* text, const std::vector<std::string>& parts) {
    expect_error(ErrorKind::bad_file, parts, [&] { parse_strokes_json(text, "s.json"); });
  };
  bad("{", {"s.json", "not a JSON"});
  bad(R"({"strokes":3})", {"strokes"});
  bad(R"({"strokes":[]})", {"no strokes"});
  bad(R"({"strokes":[7]})", {"stroke 0", "strokePoints"});
  bad(R"({"strokes":[{"strokePoints":[{"x":1}]}]})", {"stroke 0, point 0", "\"y\""});
  bad(R"({"strokes":[{"strokePoints":[{"x":1,"y":"2"}]}]})", {"stroke 0, point 0", "\"y\""});
}

}  // namespace
}  // namespace tinyml::data
