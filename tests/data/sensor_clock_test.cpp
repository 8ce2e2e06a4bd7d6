// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_clock.h"

#include <fstream>
#include <sstream>

#include "tests/data/clips.h"

namespace tinyml::data {
namespace {

using testing::ElementsAre;

std::vector<double> numbers(std::istream& in) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<double> values;
  for (double value; words >> value;) values.push_back(value);
  return values;
}

TimedRecording clocked(std::vector<double> times) {
  TimedRecording timed;
  timed.recording.path = "c.csv";
  timed.recording.channels = {{"x", ""}};
  for (size_t i = 0; i < times.size(); ++i) timed.recording.values.push_back(static_cast<float>(i));
  timed.times_s = std::move(times);
  return timed;
}

SensorRecording wave(double rate_hz, double seconds, double frequency_hz, double start_s = 0,
                     const char* name = "x") {
  SensorRecording r;
  r.channels = {{name, ""}};
  r.rate_hz = rate_hz;
  r.start_s = start_s;
  for (size_t i = 0; i < static_cast<size_t>(seconds * rate_hz); ++i) {
    const double t = start_s + static_cast<double>(i) / rate_hz;
    r.values.push_back(static_cast<float>(9.81 + std::sin(2 * std::numbers::pi * frequency_hz * t)));
  }
  return r;
}

/// Largest distance from the wave itself, `margin` seconds away from the ends.
double error_of(const SensorRecording& r, double frequency_hz, double margin) {
  double worst = 0;
  for (size_t i = 0; i < r.samples(); ++i) {
    const double t = static_cast<double>(i) / r.rate_hz;
    if (t < margin || t > static_cast<double>(r.samples()) / r.rate_hz - margin) continue;
    worst = std::max(worst, std::abs(r.values[i] - 9.81 -
                                     std::sin(2 * std::numbers::pi * frequency_hz * (r.start_s + t))));
  }
  return worst;
}

TEST(SensorClock, AgreesWithNumpyOnJitterAndEqualTimes) {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/data/golden/clocks.txt");
  size_t cases = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string keyword, name;
    double rate = 0;
    if (!(words >> keyword >> name >> rate) || keyword != "case") continue;
    ++cases;
    TimedRecording timed = clocked(numbers(in));
    timed.recording.values.clear();
    for (const double v : numbers(in)) timed.recording.values.push_back(static_cast<float>(v));
    const std::vector<double> labels = numbers(in);
    for (size_t i = 0; i < labels.size(); ++i) {
      append_interval(timed.recording.intervals, i, i + 1, std::to_string(static_cast<int>(labels[i])));
    }
    const std::vector<double> expected = numbers(in);
    const std::vector<double> expected_labels = numbers(in);
    const auto pieces = to_fixed_rate(timed, {.rate_hz = rate, .gaps = Gaps::error});
    ASSERT_EQ(pieces.size(), 1u) << name;
    EXPECT_EQ(pieces[0].rate_hz, rate);
    if (name == "batches") continue;  // regular once spread: covered by the resampler's tests
    ASSERT_EQ(pieces[0].samples(), expected.size()) << name;
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(pieces[0].values[i], expected[i], 1e-4) << name;
    size_t different = 0;
    for (const LabelInterval& interval : pieces[0].intervals) {
      for (size_t i = interval.begin; i < interval.end; ++i) {
        different += interval.label != std::to_string(static_cast<int>(expected_labels[i]));
      }
    }
    EXPECT_EQ(different, 0u) << name;
  }
  EXPECT_EQ(cases, 4u);
}

TEST(SensorClock, SpreadsBatchesToARegularClock) {
  std::vector<double> times;
  for (int i = 0; i < 60; ++i) times.push_back(0.05 * (i / 5));
  const TimedRecording timed = clocked(times);
  EXPECT_TRUE(is_regular(timed));
  EXPECT_NEAR(measured_rate_hz(timed), 100, 2);
}

TEST(SensorClock, KeepsARegularClocksValues) {
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) times.push_back(5 + 0.02 * i + (i % 3 - 1) * 0.0005);
  const TimedRecording timed = clocked(times);
  const auto pieces = to_fixed_rate(timed, {.rate_hz = 50});
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].values, timed.recording.values);
  EXPECT_NEAR(pieces[0].start_s, 5, 1e-3);
}

TEST(SensorClock, SplitsRefusesOrBridgesGaps) {
  const TimedRecording timed = clocked({0, 1, 2, 3, 4, 30, 31, 32});
  auto pieces = to_fixed_rate(timed, {});
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_THAT(pieces[0].values, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(pieces[1].values, ElementsAre(5, 6, 7));
  EXPECT_EQ(pieces[1].start_s, 30);
  EXPECT_EQ(pieces[1].rate_hz, 1);
  expect_error(ErrorKind::bad_file, {"c.csv", "26 s", "sample 5"},
               [&] { to_fixed_rate(timed, {.gaps = Gaps::error}); });
  pieces = to_fixed_rate(timed, {.gaps = Gaps::bridge});
  ASSERT_EQ(pieces.size(), 1u);
  ASSERT_EQ(pieces[0].samples(), 33u);
  EXPECT_FLOAT_EQ(pieces[0].values[17], 4.5f);
}

TEST(SensorClock, ResamplesWavesAndFiltersAliases) {
  const SensorRecording slow = wave(100, 4, 3.3);
  for (const double rate : {50.0, 62.5, 80.0, 125.0, 200.0}) {
    const SensorRecording r = resample(slow, rate);
    EXPECT_EQ(r.samples(), static_cast<size_t>(3.99 * rate + 1e-6) + 1);
    EXPECT_LT(error_of(r, 3.3, 0.5), 2e-3) << rate;
    EXPECT_LT(error_of(r, 3.3, 0.0), 0.15) << rate;
  }
  const SensorRecording alias = resample(wave(100, 4, 45), 50);
  double largest = 0;
  for (size_t i = 25; i + 25 < alias.samples(); ++i) {
    largest = std::max(largest, std::abs(alias.values[i] - 9.81));
  }
  EXPECT_LT(largest, 0.01);
}

TEST(SensorClock, FusesSensorsOnOneClock) {
  const std::vector<SensorRecording> sensors{wave(100, 5, 2, 100.0, "a"), wave(52, 6, 2, 99.613, "b"),
                                             wave(4, 7, 0.05, 99, "c")};
  const SensorRecording fused = fuse(sensors, 50);
  EXPECT_EQ(fused.start_s, 100);
  EXPECT_EQ(fused.rate_hz, 50);
  EXPECT_EQ(fused.samples(), 250u);
  ASSERT_EQ(fused.channels.size(), 3u);
  const double frequency[3] = {2, 2, 0.05};
  for (size_t i = 25; i < 225; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      const double t = 100 + static_cast<double>(i) / 50;
      EXPECT_NEAR(fused.values[i * 3 + c], 9.81 + std::sin(2 * std::numbers::pi * frequency[c] * t), 1e-2)
          << i << " " << c;
    }
  }
  expect_error(ErrorKind::invalid_argument, {"no time in common"}, [] {
    fuse(std::vector<SensorRecording>{wave(10, 2, 1, 0, "a"), wave(10, 2, 1, 5, "b")}, 10);
  });
  expect_error(ErrorKind::invalid_argument, {"two sensors", "\"a\""}, [] {
    fuse(std::vector<SensorRecording>{wave(10, 2, 1, 0, "a"), wave(10, 2, 1, 0, "a")}, 10);
  });
  expect_error(ErrorKind::invalid_argument, {"rate is not known"}, [] {
    SensorRecording unknown = wave(10, 2, 1, 0, "b");
    unknown.rate_hz = 0;
    fuse(std::vector<SensorRecording>{wave(10, 2, 1, 0, "a"), unknown}, 10);
  });
}

TEST(SensorClock, RefusesWhatIsNoClock) {
  expect_error(ErrorKind::bad_file, {"c.csv", "stands still"}, [] { to_fixed_rate(clocked({3, 3, 3}), {}); });
  expect_error(ErrorKind::invalid_argument, {"c.csv", "lower rate"}, [] {
    to_fixed_rate(clocked({0, 1e300}), {.rate_hz = 100, .gaps = Gaps::bridge});
  });
  expect_error(ErrorKind::invalid_argument, {"-1 Hz"}, [] {
    to_fixed_rate(clocked({0, 1}), {.rate_hz = -1});
  });
  expect_error(ErrorKind::invalid_argument, {"rate is not known"}, [] {
    to_fixed_rate({clocked({0, 1}).recording, {}}, {.rate_hz = 10});
  });
  EXPECT_EQ(to_fixed_rate(clocked({7}), {.rate_hz = 10})[0].samples(), 1u);
  EXPECT_TRUE(to_fixed_rate(clocked({}), {.rate_hz = 10}).empty());
}

TEST(SensorClock, FitsLengths) {
  SensorRecording r = clocked({}).recording;
  r.values = {0, 2, 4};
  r.intervals = {{0, 1, "a"}, {1, 3, "b"}};
  const SensorRecording longer = fit_samples(r, 5, Fit::stretch);
  EXPECT_THAT(longer.values, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(longer.intervals, ElementsAre(LabelInterval{0, 1, "a"}, LabelInterval{1, 5, "b"}));
  EXPECT_THAT(fit_samples(r, 2, Fit::stretch).values, ElementsAre(0, 4));
  const SensorRecording padded = fit_samples(r, 5, Fit::pad);
  EXPECT_THAT(padded.values, ElementsAre(0, 2, 4, 4, 4));
  EXPECT_EQ(padded.intervals.back().end, 5u);
  EXPECT_THAT(fit_samples(r, 2, Fit::pad).values, ElementsAre(0, 2));
  EXPECT_THAT(fit_samples(r, 2, Fit::pad).intervals,
              ElementsAre(LabelInterval{0, 1, "a"}, LabelInterval{1, 2, "b"}));
}

}  // namespace
}  // namespace tinyml::data
