// SPDX-License-Identifier: Apache-2.0
// Failures of a machine by its temperature: machine_temperature FOLDER, which holds NAB's
// machine_temperature_system_failure.csv and anomaly_windows.json. Learns mean and deviation from the first
// 750 rows; alarms while the 12-hour mean is 3 deviations below, from row 750 on. Alarms less than 24 h apart
// are one. The rule was fixed without the labels.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/sensor_csv.h"
#include "tinyml/device/app/level_alarm.h"

using namespace tinyml;

namespace {

constexpr size_t kLearned = 750;
constexpr double kDeviations = 3, kMeanHours = 12, kRowsAnHour = 12, kMergedSeconds = 86400;
constexpr double kCountsADegree = 100;  // of the sensor's int16

struct Span {
  double begin = 0, end = 0;
  bool meets(const Span& other) const { return begin <= other.end && other.begin <= end; }
};

double seconds_of(const std::string& text) {
  std::tm time{};
  if (strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &time) == nullptr) {
    throw Error(ErrorKind::bad_file, "no time: " + text);
  }
  return static_cast<double>(timegm(&time));
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  CLI::App app("Failures of a machine by its temperature");
  app.add_option("data", folder)->required();
  CLI11_PARSE(app, argc, argv);

  const std::string name = "machine_temperature_system_failure.csv";
  data::SensorCsvOptions options;
  options.backward_clock = data::BackwardClock::split;
  std::vector<double> times, values;
  for (const auto& part : data::parse_sensor_csv(read_text(folder + "/" + name), name, options)) {
    times.insert(times.end(), part.times_s.begin(), part.times_s.end());
    values.insert(values.end(), part.recording.values.begin(), part.recording.values.end());
  }
  std::vector<Span> windows;
  const auto labels = nlohmann::json::parse(read_text(folder + "/anomaly_windows.json"));
  for (const auto& [file, spans] : labels.items()) {
    if (file.find(name) == std::string::npos) continue;
    for (const auto& span : spans) windows.push_back({seconds_of(span.at(0)), seconds_of(span.at(1))});
  }

  double mean = 0, squares = 0;
  for (size_t i = 0; i < kLearned; ++i) {
    mean += values[i] / kLearned;
    squares += values[i] * values[i] / kLearned;
  }
  const double deviation = std::sqrt(squares - mean * mean);
  const double weight = 2 / (kMeanHours * kRowsAnHour + 1);
  const double limit = (mean - kDeviations * deviation) * kCountsADegree;
  device::LevelAlarm alarm(
      static_cast<int32_t>(std::lround(weight * 65536)),
      static_cast<int32_t>(std::lround(std::ldexp(limit, device::LevelAlarm::fraction_bits))));
  std::vector<Span> alarms;
  int64_t outside = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const bool on = alarm.add(static_cast<int16_t>(std::lround(values[i] * kCountsADegree)));
    if (!on || i < kLearned) continue;
    const Span now{times[i], times[i]};
    outside += std::none_of(windows.begin(), windows.end(), [&](const Span& w) { return w.meets(now); });
    if (alarms.empty() || now.begin - alarms.back().end > kMergedSeconds) alarms.push_back(now);
    alarms.back().end = now.end;
  }
  const auto found = std::count_if(windows.begin(), windows.end(), [&](const Span& w) {
    return std::any_of(alarms.begin(), alarms.end(), [&](const Span& a) { return a.meets(w); });
  });
  const auto wrong = std::count_if(alarms.begin(), alarms.end(), [&](const Span& a) {
    return std::none_of(windows.begin(), windows.end(), [&](const Span& w) { return a.meets(w); });
  });
  std::printf("%d of %zu windows, %d false alarms, alarm time outside the windows %.2f %%; RAM %zu bytes\n",
              static_cast<int>(found), windows.size(), static_cast<int>(wrong),
              100 * static_cast<double>(outside) / static_cast<double>(values.size() - kLearned),
              sizeof(alarm));
}
