// SPDX-License-Identifier: Apache-2.0
// Failures of a machine by its temperature: machine_temperature FOLDER [--board B] [--json FILE], where
// FOLDER holds NAB's machine_temperature_system_failure.csv and anomaly_windows.json. An alarm is an
// exponentially weighted mean more than 3 deviations below the mean of the first 750 rows, which are all that
// is learned from: a machine that does no work cools, and 3 deviations are Shewhart's. The mean's span is the
// shortest divisor of a day for which it stays within half of that on the learned rows. Alarms less than 24 h
// apart are one. The labels judge, and choose nothing.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/boards/boards.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/data/sensor_csv.h"
#include "tinyml/device/app/level_alarm.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/emulate/firmware_build.h"
#include "tinyml/emulate/memory_report.h"

using namespace tinyml;

namespace {

constexpr size_t kLearned = 750;
constexpr double kDeviations = 3, kRowsAnHour = 12, kMergedSeconds = 86400;
constexpr double kCountsADegree = 100;  // of the sensor's int16
constexpr int kHours[] = {1, 2, 3, 4, 6, 8, 12, 24};

struct Span {
  double begin = 0, end = 0;
  bool meets(const Span& other) const { return begin <= other.end && other.begin <= end; }
};

struct Readings {
  std::vector<double> times, values;
  std::vector<int16_t> counts;
  std::vector<Span> labels;
};

struct Rule {
  double hours = 0, deviations = kDeviations;
  int32_t weight = 0, limit = 0;  // of LevelAlarm
};

struct Verdict {
  int64_t found = 0, wrong = 0;
  double outside = 0;  // share of the time
  std::vector<uint8_t> on;
};

double seconds_of(const std::string& text) {
  std::tm time{};
  if (strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &time) == nullptr) {
    throw Error(ErrorKind::bad_file, "no time: " + text);
  }
  return static_cast<double>(timegm(&time));
}

Readings load(const std::string& folder) {
  const std::string name = "machine_temperature_system_failure.csv";
  data::SensorCsvOptions options;
  options.backward_clock = data::BackwardClock::split;
  Readings r;
  for (const auto& part : data::parse_sensor_csv(read_text(folder + "/" + name), name, options)) {
    r.times.insert(r.times.end(), part.times_s.begin(), part.times_s.end());
    r.values.insert(r.values.end(), part.recording.values.begin(), part.recording.values.end());
  }
  if (r.values.size() <= kLearned) throw Error(ErrorKind::bad_file, name + ": too few rows");
  for (const double v : r.values) r.counts.push_back(static_cast<int16_t>(std::lround(v * kCountsADegree)));
  const auto labels = nlohmann::json::parse(read_text(folder + "/anomaly_windows.json"));
  for (const auto& [file, spans] : labels.items()) {
    if (file.find(name) == std::string::npos) continue;
    for (const auto& span : spans) r.labels.push_back({seconds_of(span.at(0)), seconds_of(span.at(1))});
  }
  return r;
}

Rule make_rule(std::span<const double> learned, double hours, double deviations) {
  double mean = 0, squares = 0;
  for (const double v : learned) {
    mean += v / static_cast<double>(learned.size());
    squares += v * v / static_cast<double>(learned.size());
  }
  const double limit = (mean - deviations * std::sqrt(squares - mean * mean)) * kCountsADegree;
  const auto counts = [](double value, int bits) {
    return static_cast<int32_t>(std::lround(std::ldexp(value, bits)));
  };
  return {hours, deviations, counts(2 / (hours * kRowsAnHour + 1), 16),
          counts(limit, device::LevelAlarm::fraction_bits)};
}

/// The rule for the readings that were learned from; it sees nothing else.
Rule learn(std::span<const double> values, std::span<const int16_t> counts) {
  for (const int hours : kHours) {
    const Rule half = make_rule(values, hours, kDeviations / 2);
    device::LevelAlarm alarm(half.weight, half.limit);
    if (std::none_of(counts.begin(), counts.end(), [&](int16_t c) { return alarm.add(c); })) {
      return make_rule(values, hours, kDeviations);
    }
  }
  throw Error(ErrorKind::invalid_argument, "the learned readings sink too far for a mean of a day");
}

Verdict judge(const Rule& rule, const Readings& r) {
  Verdict verdict;
  device::LevelAlarm alarm(rule.weight, rule.limit);
  std::vector<Span> alarms;
  int64_t outside = 0;
  for (size_t i = 0; i < r.counts.size(); ++i) {
    verdict.on.push_back(alarm.add(r.counts[i]));
    if (!verdict.on.back() || i < kLearned) continue;
    const Span now{r.times[i], r.times[i]};
    outside += std::none_of(r.labels.begin(), r.labels.end(), [&](const Span& w) { return w.meets(now); });
    if (alarms.empty() || now.begin - alarms.back().end > kMergedSeconds) alarms.push_back(now);
    alarms.back().end = now.end;
  }
  const auto meets_any = [](const Span& span, const std::vector<Span>& others) {
    return std::any_of(others.begin(), others.end(), [&](const Span& o) { return o.meets(span); });
  };
  for (const Span& w : r.labels) verdict.found += meets_any(w, alarms);
  for (const Span& a : alarms) verdict.wrong += !meets_any(a, r.labels);
  verdict.outside = static_cast<double>(outside) / static_cast<double>(r.values.size() - kLearned);
  return verdict;
}

/// The rule as a program for a chip: a reading in, the alarm out. The harness initialises no objects.
std::string program(const Rule& rule) {
  return fmt::format(
      "#include \"temperature.h\"\n#include \"tinyml/device/app/level_alarm.h\"\nnamespace temperature {{\n"
      "static tinyml::device::LevelAlarm alarm(0, 0);\nstatic bool begun;\nstatic int8_t on[1];\n"
      "const int8_t* invoke(const int8_t* reading) {{\n"
      "  if (!begun) alarm = tinyml::device::LevelAlarm({}, {});\n  begun = true;\n"
      "  on[0] = alarm.add(static_cast<int16_t>(static_cast<uint8_t>(reading[0]) | reading[1] * 256));\n"
      "  return on;\n}}\n}}\n",
      rule.weight, rule.limit);
}

/// Runs it on the emulated board over all readings.
nlohmann::json emulate_rule(const Rule& rule, const Readings& r, const Verdict& host,
                            const std::string& board_name) {
  const boards::Board& board = boards::find_board(board_name);
  const TemporaryFolder temporary;
  const std::filesystem::path& folder = temporary.path();
  write_text(folder / "temperature.h",
             "#pragma once\n#include <stdint.h>\nnamespace temperature {\nconstexpr int32_t input_bytes = 2, "
             "output_bytes = 1;\nconst int8_t* invoke(const int8_t* reading);\n}\n");
  write_text(folder / "temperature.cpp", program(rule));
  for (const codegen::DeviceHeader& header : codegen::headers_used_by(program(rule))) {
    write_text(folder / header.path, header.text);
  }
  emulate::FirmwareSpec spec;
  spec.name = "temperature";
  spec.sources = {folder / "temperature.cpp"};
  spec.include_folders = {folder};
  spec.core = board.core;
  const auto elf = folder / "temperature.elf";
  emulate::build_firmware(spec, elf);
  std::vector<Bytes> records;
  for (const int16_t c : r.counts) {
    records.push_back({static_cast<uint8_t>(c & 255), static_cast<uint8_t>((c >> 8) & 255)});
  }
  const emulate::RunResult counted =
      emulate::run_elf({.elf = elf, .core = board.core, .records = std::span(records).first(1)});
  const emulate::RunResult all =
      emulate::run_elf({.elf = elf, .core = board.core, .records = records, .count = false});
  const emulate::MemoryReport memory = emulate::report_memory(elf);
  int64_t differ = 0;
  for (size_t i = 0; i < host.on.size(); ++i) differ += all.output.at(i) != host.on[i];
  return {{"board", board.id},
          {"readings", host.on.size()},
          {"differ", differ},
          {"instructions", counted.net.instructions},
          {"cycles", counted.net.cycles},
          {"ram_bytes", memory.static_ram_bytes + counted.stack_bytes},
          {"flash_bytes", memory.flash_bytes},
          {"elf_sha256", counted.elf_sha256}};
}

nlohmann::json to_json(const Rule& rule, const Verdict& v) {
  return {{"hours", rule.hours},
          {"deviations", rule.deviations},
          {"found", v.found},
          {"false_alarms", v.wrong},
          {"time_outside", v.outside}};
}

int run(int argc, char** argv) {
  std::string folder, json_path;
  std::vector<std::string> boards{"arduino_nano33_ble", "raspberry_pi_pico", "esp32_devkit"};
  CLI::App app("Failures of a machine by its temperature");
  app.add_option("data", folder)->required();
  app.add_option("--board", boards, "The emulated boards")->capture_default_str();
  app.add_option("--json", json_path, "Write every figure to this file");
  CLI11_PARSE(app, argc, argv);
  const Readings r = load(folder);
  const Rule rule = learn(std::span(r.values).first(kLearned), std::span(r.counts).first(kLearned));
  const Verdict verdict = judge(rule, r);
  const auto print = [&](const Rule& tried, const Verdict& v) {
    std::printf("%4g h  %3g deviations  %d of %zu windows  %2d false alarms  %5.2f %% of the time outside\n",
                tried.hours, tried.deviations, static_cast<int>(v.found), r.labels.size(),
                static_cast<int>(v.wrong), 100 * v.outside);
  };
  std::printf("The rule, from the first %zu of %zu rows:\n", kLearned, r.values.size());
  print(rule, verdict);
  nlohmann::json result{{"rule", to_json(rule, verdict)}};
  for (const std::string& board : boards) {
    const nlohmann::json figures = emulate_rule(rule, r, verdict, board);
    std::printf("%s: %d of %d alarms differ; %d instructions, %d cycles, RAM %d bytes, flash %d bytes\n",
                board.c_str(), figures.at("differ").get<int>(), figures.at("readings").get<int>(),
                figures.at("instructions").get<int>(), figures.at("cycles").get<int>(),
                figures.at("ram_bytes").get<int>(), figures.at("flash_bytes").get<int>());
    result["boards"].push_back(figures);
  }
  std::printf("Its neighbours:\n");
  for (const double hours : {6.0, 8.0, 12.0, 24.0}) {
    for (const double deviations : {2.5, 3.0, 3.5}) {
      const Rule other = make_rule(std::span(r.values).first(kLearned), hours, deviations);
      const Verdict v = judge(other, r);
      print(other, v);
      result["neighbours"].push_back(to_json(other, v));
    }
  }
  if (!json_path.empty()) write_text(json_path, result.dump(2) + "\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
