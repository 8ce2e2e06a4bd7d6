// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_csv.h"

#include "tests/data/clips.h"
#include "tinyml/data/csv_lines.h"

namespace tinyml::data {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of(const SensorRecording& recording) {
  std::vector<std::string> names;
  for (const Channel& channel : recording.channels) names.push_back(channel.name);
  return names;
}

TEST(SensorCsv, ReadsHeaderUnitsClockAndLabels) {
  const auto read = parse_sensor_csv(
      "Timestamp (ms),\"acc, x (m/s2)\",temp [C],Label\r\n"
      "0,1.5, -2 ,walk\r\n\r\n10,+2e-1,3,walk\r\n20,0,4,\r\n30,0,5,run\r\n",
      "t.csv");
  ASSERT_EQ(read.size(), 1u);
  const SensorRecording& r = read[0].recording;
  EXPECT_THAT(r.channels, ElementsAre(Channel{"acc, x", "m/s2"}, Channel{"temp", "C"}));
  EXPECT_THAT(r.values, ElementsAre(1.5f, -2, 0.2f, 3, 0, 4, 0, 5));
  EXPECT_THAT(read[0].times_s, ElementsAre(0, 0.01, 0.02, 0.03));
  EXPECT_THAT(r.intervals,
              ElementsAre(LabelInterval{0, 2, "walk"}, LabelInterval{2, 3, ""}, LabelInterval{3, 4, "run"}));
  EXPECT_EQ(r.label, "");
}

TEST(SensorCsv, ReadsFilesWithoutAHeader) {
  const auto plain = parse_sensor_csv("1,2\n3,4\n", "t.csv");
  EXPECT_THAT(names_of(plain[0].recording), ElementsAre("column_1", "column_2"));
  EXPECT_TRUE(plain[0].times_s.empty());
  const auto dated = parse_sensor_csv("2014-01-07 02:55:00,7,ok,\n2014-01-07T02:56:30.5Z,8,ok,\n", "t.csv");
  EXPECT_THAT(names_of(dated[0].recording), ElementsAre("column_2"));
  EXPECT_THAT(dated[0].times_s, ElementsAre(1389063300, 1389063390.5));
  EXPECT_EQ(dated[0].recording.label, "ok");
  const auto tabs = parse_sensor_csv("1\t2\n3\t4\n", "t.tsv");
  EXPECT_THAT(tabs[0].recording.values, ElementsAre(1, 2, 3, 4));
  const auto quoted = parse_sensor_csv("\"say \"\"x\"\" (g)\" ,\"a,b\"\n1,2\n", "t.csv");
  EXPECT_THAT(quoted[0].recording.channels, ElementsAre(Channel{"say \"x\"", "g"}, Channel{"a,b", ""}));
  const auto semicolons = parse_sensor_csv("a;b\n1.5;2\n", "t.csv");
  EXPECT_THAT(semicolons[0].recording.values, ElementsAre(1.5f, 2));
}

TEST(SensorCsv, TellsTheUnitOfTheClock) {
  const auto second = [](const std::string& header, const std::string& times, TimeUnit unit) {
    SensorCsvOptions options;
    options.time_unit = unit;
    return parse_sensor_csv(header + ",x\n0,1\n" + times + ",1\n", "t.csv", options)[0].times_s[1];
  };
  EXPECT_EQ(second("time", "20", TimeUnit::automatic), 0.02);
  EXPECT_EQ(second("time", "20.5", TimeUnit::automatic), 20.5);
  EXPECT_EQ(second("time_us", "20", TimeUnit::automatic), 20e-6);
  EXPECT_EQ(second("Time (s)", "20", TimeUnit::automatic), 20);
  EXPECT_EQ(second("timestamp_ns", "20", TimeUnit::automatic), 20e-9);
  EXPECT_EQ(second("time", "1657533977", TimeUnit::automatic), 1657533977);
  EXPECT_EQ(second("time", "1657533977810", TimeUnit::automatic), 1657533977.810);
  EXPECT_EQ(second("time", "1657533977810000", TimeUnit::automatic), 1657533977.810);
  EXPECT_EQ(second("time", "1657533977810000000", TimeUnit::automatic), 1657533977.810);
  EXPECT_EQ(second("time_ms", "20", TimeUnit::microseconds), 20e-6);
}

TEST(SensorCsv, CutsRunsAndNamesGroups) {
  SensorCsvOptions options;
  options.run_columns = {"speed"};
  options.channels = {"y", "speed"};
  options.label_column = "fault";
  const std::string text = "fault,subject,speed,x,y\n0,a,20,1,2\n0,a,20,3,4\n0,a,30,5,6\n1,b,30,7,8\n";
  auto read = parse_sensor_csv(text, "t.csv", options);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].recording.group, "20");
  EXPECT_THAT(read[0].recording.values, ElementsAre(2, 20, 4, 20));
  EXPECT_THAT(read[1].recording.intervals, ElementsAre(LabelInterval{0, 1, "0"}, LabelInterval{1, 2, "1"}));
  options.group_column = "subject";
  read = parse_sensor_csv(text, "t.csv", options);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[1].recording.group, "a");
  EXPECT_EQ(read[2].recording.group, "b");
}

TEST(SensorCsv, SkipsRowNumbersWithoutAName) {
  for (const char* text : {"\"x\",\"y\"\n\"1\",5,6\n\"2\",7,8\n", ",x,y\n0,5,6\n1,7,8\n"}) {
    const auto read = parse_sensor_csv(text, "t.csv");
    EXPECT_THAT(names_of(read[0].recording), ElementsAre("x", "y"));
    EXPECT_THAT(read[0].recording.values, ElementsAre(5, 6, 7, 8));
  }
  expect_error(ErrorKind::bad_file, {"t.csv line 3", "count"},
               [] { parse_sensor_csv(",x\n1,5\n3,7\n", "t.csv"); });
}

TEST(SensorCsv, StopsDropsOrSplitsWhereTheClockRunsBackwards) {
  const std::string text = "time,x\n0,0\n10,1\n20,2\n10,3\n20,4\n30,5\n40,6\n";
  SensorCsvOptions options;
  expect_error(ErrorKind::bad_file, {"t.csv line 5", "\"time\"", "backwards", "\"10\""},
               [&] { parse_sensor_csv(text, "t.csv", options); });
  options.backward_clock = BackwardClock::drop;
  auto read = parse_sensor_csv(text, "t.csv", options);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_THAT(read[0].recording.values, ElementsAre(0, 1, 2, 5, 6));
  options.backward_clock = BackwardClock::split;
  read = parse_sensor_csv(text, "t.csv", options);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_THAT(read[1].recording.values, ElementsAre(3, 4, 5, 6));
  options.time_column = "-";
  options.channels = {"x"};
  EXPECT_EQ(parse_sensor_csv(text, "t.csv", options)[0].recording.samples(), 7u);
}

TEST(SensorCsv, NamesLineAndColumnOfEveryMistake) {
  const auto bad = [](std::string_view text, const std::vector<std::string>& parts,
                      const SensorCsvOptions& options = {}) {
    expect_error(ErrorKind::bad_file, parts, [&] { parse_sensor_csv(text, "t.csv", options); });
  };
  bad("", {"t.csv", "empty"});
  bad("\n\r\n", {"t.csv", "empty"});
  bad("x,y\n", {"t.csv line 1", "no rows"});
  bad("x,y\n1,2\n3\n", {"t.csv line 3", "1 fields", "2"});
  bad("x,y\n1,2\n3,4,5\n", {"t.csv line 3", "3 fields", "2"});
  bad("x,y\n1,\n", {"line 2", "\"y\"", "no value"});
  bad("x,y\n1,nan\n", {"line 2", "\"y\"", "nan", "finite"});
  bad("x,y\n-inf,1\n", {"line 2", "\"x\"", "finite"});
  bad("x,y\n1e300,1\n", {"line 2", "\"x\"", "finite"});
  bad("x,y\n1e999,1\n", {"line 2", "\"x\"", "finite"});
  bad("nan,1\n", {"line 1", "\"column_1\"", "finite"});
  bad("x,y\n1,high\n", {"line 2", "\"y\"", "high", "not a number", "(columns)"});
  bad("x;y\n1,5;2,3\n", {"line 2", "\"x\"", "1,5", "decimal comma"});
  bad("1,5;2,3\n", {"line 1", "1,5", "decimal comma"});
  bad("x,y\n\"1.234,5\",2\n", {"line 2", "1.234,5", "decimal comma"});
  bad("x,x\n1,2\n", {"line 1", "two columns", "\"x\""});
  bad("x,,y\n1,2,3\n", {"line 1", "column 2", "no name"});
  bad("time,x\n2014-02-30 10:00,1\n", {"line 2", "\"time\"", "2014-02-30"});
  bad("time,x\n2014-02-01,1\n7,1\n", {"line 3", "\"time\"", "\"7\"", "date"});
  bad("time,x\nnan,1\n", {"line 2", "\"time\""});
  bad("time,label\n1,a\n", {"no column of readings"});
  bad("x,y\n1,\"2\n", {"line 2", "not closed"});
  bad("x,y\n1,\"2\"3\n", {"line 2", "closing quote"});
  bad(std::string_view("x\n1\0\n", 5), {"line 2", "NUL"});
  SensorCsvOptions options;
  options.channels = {"acc_y"};
  expect_error(ErrorKind::invalid_argument, {"t.csv", "acc_y", "nearest", "acc_x"},
               [&] { parse_sensor_csv("acc_x,temp\n1,2\n", "t.csv", options); });
  std::string wide = "c0";
  for (size_t i = 1; i <= kMostChannels; ++i) wide += ",c" + std::to_string(i);
  std::string row = "0";
  for (size_t i = 1; i <= kMostChannels; ++i) row += ",0";
  bad(wide + "\n" + row + "\n", {"257", "256"});
}

TEST(SensorCsv, ParsesNumbersAndDates) {
  for (const char* text : {"", "+", "1,5", "0x10", "1 2", "--1", "+-1", "1e", "e5", "."}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_EQ(parse_number("+1.5"), 1.5);
  EXPECT_EQ(parse_number("1e-400"), 0);
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_number("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_date("1970-01-02"), 86400);
  EXPECT_EQ(parse_date("2000/02/29 12:30"), 951827400);
  EXPECT_EQ(parse_date("2014-01-07T02:55:00+01:00"), 1389059700);
  EXPECT_EQ(parse_date("2014-01-07 02:55:00.25-0530"), 1389083100.25);
  for (const char* text : {"2014", "2014-1-7", "2014-01/07", "2014-01-07 25:00", "2014-01-07 2:00",
                           "2014-01-07 02:60", "2014-01-07 02:00:00.", "2014-01-07 02:00+1", "1900-02-29"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

}  // namespace
}  // namespace tinyml::data
