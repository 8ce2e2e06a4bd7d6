// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_windows.h"

#include <map>
#include <set>

#include "tests/data/clips.h"

namespace tinyml::data {
namespace {

using testing::ElementsAre;

/// Two channels, the first counting samples from `first` on.
SensorRecording counting(size_t samples, const std::string& label, const std::string& group,
                         float first = 0) {
  SensorRecording r;
  r.label = label;
  r.group = group;
  r.channels = {{"n", ""}, {"twice", ""}};
  r.rate_hz = 10;
  for (size_t i = 0; i < samples; ++i) {
    r.values.push_back(first + static_cast<float>(i));
    r.values.push_back(2 * r.values[2 * i]);
  }
  return r;
}

SensorDataset dataset_of(std::vector<SensorRecording> recordings) {
  return make_sensor_dataset(std::move(recordings), {}, true);
}

std::vector<std::pair<size_t, int32_t>> begins_of(const std::vector<SensorWindow>& windows) {
  std::vector<std::pair<size_t, int32_t>> begins;
  for (const SensorWindow& w : windows) begins.emplace_back(w.begin, w.label);
  return begins;
}

TEST(SensorWindows, CutsWithAStrideAndWithoutCopies) {
  const SensorDataset dataset = dataset_of({counting(10, "a", "1"), counting(3, "b", "2")});
  const std::vector<SensorWindow> windows = cut_windows(dataset, {.length = 4, .stride = 3});
  EXPECT_THAT(windows, ElementsAre(SensorWindow{0, 0, 0}, SensorWindow{0, 0, 3}, SensorWindow{0, 0, 6}));
  const std::span<const float> values = values_of(dataset, windows[1], 4);
  EXPECT_EQ(values.data(), dataset.recordings[0].values.data() + 6);
  EXPECT_THAT(values, ElementsAre(3, 6, 4, 8, 5, 10, 6, 12));
  EXPECT_EQ(cut_windows(dataset, {.length = 3}).size(), 4u);
}

TEST(SensorWindows, LabelsByMajorityCentreOrInterval) {
  SensorRecording r = counting(12, "", "1");
  r.intervals = {{0, 3, "a"}, {3, 9, "b"}, {10, 12, "a"}};  // sample 9 is unlabelled
  const SensorDataset dataset = dataset_of({r});
  using Begins = std::vector<std::pair<size_t, int32_t>>;
  EXPECT_EQ(begins_of(cut_windows(dataset, {.length = 4, .stride = 2})),
            (Begins{{0, 0}, {2, 1}, {4, 1}, {6, 1}, {8, 0}}));
  EXPECT_EQ(begins_of(cut_windows(dataset, {.length = 4, .stride = 2, .least_share = 0.75})),
            (Begins{{0, 0}, {2, 1}, {4, 1}, {6, 1}}));
  EXPECT_EQ(begins_of(cut_windows(dataset, {.length = 4, .stride = 2, .least_share = 1})), (Begins{{4, 1}}));
  EXPECT_EQ(begins_of(cut_windows(dataset, {.length = 4, .stride = 1, .label = WindowLabel::centre})),
            (Begins{{0, 0}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}, {8, 0}}));
  EXPECT_EQ(begins_of(cut_windows(dataset, {.length = 2, .stride = 2, .label = WindowLabel::interval})),
            (Begins{{0, 0}, {3, 1}, {5, 1}, {7, 1}, {10, 0}}));
}

/// Every window, however it is labelled, agrees with a count over its samples.
TEST(SensorWindows, AgreesWithACountOfEverySample) {
  Random random(11);
  for (int round = 0; round < 50; ++round) {
    SensorRecording r = counting(200, "", "g");
    std::vector<std::string> labels(200);
    for (size_t at = 0; at < 200;) {
      const size_t end = std::min<size_t>(200, at + 1 + random.below(20));
      const char* const names[] = {"", "a", "b", "c"};
      const std::string label = names[random.below(4)];
      std::fill(labels.begin() + static_cast<ptrdiff_t>(at), labels.begin() + static_cast<ptrdiff_t>(end),
                label);
      if (!label.empty() || random.below(2)) append_interval(r.intervals, at, end, label);
      at = end;
    }
    append_interval(r.intervals, r.intervals.empty() ? 0 : r.intervals.back().end, 200, "");
    r.intervals.back().end = 200;
    const SensorDataset dataset = dataset_of({r});
    if (dataset.labels.empty()) continue;
    const WindowOptions options{
        .length = 1 + random.below(30), .stride = 1 + random.below(9), .least_share = 0.4};
    std::map<size_t, std::string> found;
    for (const SensorWindow& w : cut_windows(dataset, options)) {
      found[w.begin] = dataset.labels[static_cast<size_t>(w.label)];
    }
    for (size_t begin = 0; begin + options.length <= 200; begin += options.stride) {
      std::map<std::string, size_t> count;
      for (size_t i = 0; i < options.length; ++i) ++count[labels[begin + i]];
      size_t most = 0;
      for (const auto& [label, n] : count) most = std::max(most, n);
      const auto it = found.find(begin);
      if (it != found.end()) {
        EXPECT_EQ(count[it->second], most);
        EXPECT_GE(static_cast<double>(most), 0.4 * static_cast<double>(options.length) - 1e-9);
      } else {
        EXPECT_TRUE(count[""] == most ||
                    static_cast<double>(most) < 0.4 * static_cast<double>(options.length));
      }
    }
  }
}

TEST(SensorWindows, RefusesWhatGivesNone) {
  const SensorDataset dataset = dataset_of({counting(10, "a", "1")});
  const auto invalid = [&](const WindowOptions& options, const std::vector<std::string>& parts) {
    expect_error(ErrorKind::invalid_argument, parts, [&] { cut_windows(dataset, options); });
  };
  invalid({.length = 0}, {"0 samples"});
  invalid({.length = SIZE_MAX, .stride = SIZE_MAX}, {"too long"});
  invalid({.length = 11}, {"11 samples", "longest has 10"});
  invalid({.length = 2, .least_share = 1.5}, {"1.5", "0 to 1"});
  SensorRecording mixed = counting(4, "", "g");
  mixed.intervals = {{0, 2, "a"}, {2, 4, "b"}};
  expect_error(ErrorKind::invalid_argument, {"100 %"},
               [&] { cut_windows(dataset_of({mixed}), {.length = 4, .least_share = 1}); });
}

TEST(Standardisation, GivesMeanZeroAndDeviationOne) {
  SensorDataset dataset = dataset_of({counting(10, "a", "1"), counting(10, "b", "2", 1000)});
  dataset.recordings[1].split = Split::test;
  const std::vector<SensorWindow> all = cut_windows(dataset, {.length = 5});
  const std::vector<SensorWindow> train = windows_in(dataset, all, Split::train);
  ASSERT_EQ(train.size(), 2u);
  const Standardisation s = standardisation_of(dataset, train, 5);
  EXPECT_THAT(s.mean, ElementsAre(4.5f, 9.0f));
  EXPECT_FLOAT_EQ(s.deviation[0], 2.8722813f);  // numpy.arange(10).std()
  EXPECT_FLOAT_EQ(s.deviation[1], 5.7445626f);
  std::vector<float> values(dataset.recordings[0].values);
  standardise(values, s);
  EXPECT_FLOAT_EQ(values[0], -1.5666989f);
  EXPECT_FLOAT_EQ(values[1], -1.5666989f);
}

TEST(Standardisation, NamesAConstantChannel) {
  SensorRecording r = counting(10, "a", "1");
  for (size_t i = 0; i < 10; ++i) r.values[2 * i + 1] = 21.7f;
  const SensorDataset dataset = dataset_of({r});
  const std::vector<SensorWindow> windows = cut_windows(dataset, {.length = 5});
  expect_error(ErrorKind::invalid_argument, {"\"twice\"", "21.7"},
               [&] { standardisation_of(dataset, windows, 5); });
  EXPECT_EQ(standardisation_of(dataset, windows, 5, ConstantChannel::keep).deviation[1], 1);
  expect_error(ErrorKind::invalid_argument, {"no windows"}, [&] { standardisation_of(dataset, {}, 5); });
}

TEST(SensorSplits, KeepAGroupInOneSplit) {
  std::vector<SensorRecording> recordings;
  for (int i = 0; i < 120; ++i) {
    recordings.push_back(counting(5, i % 2 ? "a" : "b", "subject" + std::to_string(i % 20)));
  }
  SensorDataset dataset = make_sensor_dataset(recordings);
  std::map<std::string, std::set<Split>> splits;
  std::set<Split> all;
  for (const SensorRecording& r : dataset.recordings) {
    splits[r.group].insert(r.split);
    all.insert(r.split);
  }
  for (const auto& [group, s] : splits) EXPECT_EQ(s.size(), 1u) << group;
  EXPECT_EQ(all.size(), 3u);

  SensorSplit named;
  named.test_groups = {"subject3", "subject4"};
  split_sensor_dataset(dataset, named);
  bool validation = false;
  for (const SensorRecording& r : dataset.recordings) {
    EXPECT_EQ(r.split == Split::test, r.group == "subject3" || r.group == "subject4");
    validation |= r.split == Split::validation;
  }
  EXPECT_TRUE(validation);
  named.validation_groups = {"subject3"};
  expect_error(ErrorKind::invalid_argument, {"subject3", "two splits"},
               [&] { split_sensor_dataset(dataset, named); });
  named.validation_groups = {"subjct5"};
  expect_error(ErrorKind::invalid_argument, {"subjct5", "nearest", "subject5"},
               [&] { split_sensor_dataset(dataset, named); });
}

TEST(SensorSplits, ByTimeShareNoSample) {
  SensorRecording r = counting(100, "", "g");
  r.intervals = {{0, 65, "a"}, {65, 100, "b"}};
  SensorDataset dataset = dataset_of({r});
  split_sensor_dataset(dataset, {});  // one group: by time
  ASSERT_EQ(dataset.recordings.size(), 3u);
  std::set<float> seen;
  const Split order[] = {Split::train, Split::validation, Split::test};
  const size_t sizes[] = {70, 15, 15};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(dataset.recordings[i].split, order[i]);
    EXPECT_EQ(dataset.recordings[i].samples(), sizes[i]);
    for (size_t k = 0; k < sizes[i]; ++k)
      EXPECT_TRUE(seen.insert(dataset.recordings[i].values[2 * k]).second);
  }
  EXPECT_THAT(dataset.recordings[0].intervals,
              ElementsAre(LabelInterval{0, 65, "a"}, LabelInterval{65, 70, "b"}));
  EXPECT_EQ(dataset.recordings[1].start_s, 7);
}

TEST(SensorSplits, ByOrderTakeTheLastOfEachLabel) {
  std::vector<SensorRecording> recordings;
  for (int i = 0; i < 20; ++i) recordings.push_back(counting(5, i < 10 ? "a" : "b", std::to_string(i)));
  SensorLoadOptions options;
  options.split.by = SplitBy::order;
  options.split.validation_fraction = 0.1;
  options.split.test_fraction = 0.2;
  const SensorDataset dataset = make_sensor_dataset(recordings, options);
  for (size_t i = 0; i < 20; ++i) {
    const Split expected = i % 10 >= 8 ? Split::test : i % 10 == 7 ? Split::validation : Split::train;
    EXPECT_EQ(dataset.recordings[i].split, expected) << i;
  }
}

}  // namespace
}  // namespace tinyml::data
