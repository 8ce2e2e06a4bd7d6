// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/sensor_collect.h"
#include "tinyml/data/sensor_scan.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

void check_options(const SensorLoadOptions& options) {
  check_fractions(options.split.validation_fraction, options.split.test_fraction);
  for (const double rate : {options.rate_hz, options.csv.row_rate_hz}) {
    if (!std::isfinite(rate) || rate < 0) invalid(fmt::format("{} Hz is no rate", rate));
  }
  if (options.fuse && options.rate_hz == 0)
    invalid("fusing sensors needs rate_hz, the rate of their common clock");
  if (!(options.gap_periods > 1)) {
    invalid(fmt::format("gap_periods is {}; it must be more than 1", options.gap_periods));
  }
  std::set<std::string> seen;
  for (const std::string& label : options.labels) {
    if (label.empty() || !seen.insert(label).second) {
      invalid(fmt::format("label \"{}\" is empty or given twice", label));
    }
  }
}

void check_recording(const TimedRecording& timed) {
  const SensorRecording& r = timed.recording;
  if (r.channels.empty() || r.values.empty() || r.values.size() % r.channels.size() != 0) {
    invalid(fmt::format("{} values for {} channels", r.values.size(), r.channels.size()));
  }
  if (r.channels.size() > kMostChannels) {
    invalid(fmt::format("{} channels; at most {} are taken", r.channels.size(), kMostChannels));
  }
  for (size_t k = 0; k < r.values.size(); ++k) {
    if (std::isfinite(r.values[k])) continue;
    invalid(fmt::format("sample {}, channel \"{}\" is not a finite number", k / r.channels.size(),
                        r.channels[k % r.channels.size()].name));
  }
  size_t end = 0;
  for (const LabelInterval& interval : r.intervals) {
    if (interval.begin < end || interval.end <= interval.begin || interval.end > r.samples()) {
      invalid(
          fmt::format("the label interval {} to {} is empty, overlaps another or ends behind the {} samples",
                      interval.begin, interval.end, r.samples()));
    }
    end = interval.end;
  }
  if (timed.times_s.empty()) return;
  if (timed.times_s.size() != r.samples()) {
    invalid(fmt::format("{} times for {} samples", timed.times_s.size(), r.samples()));
  }
  for (size_t i = 0; i < timed.times_s.size(); ++i) {
    if (!std::isfinite(timed.times_s[i]))
      invalid(fmt::format("the time of sample {} is not a finite number", i));
    if (i > 0 && timed.times_s[i] < timed.times_s[i - 1]) {
      invalid(fmt::format("the clock runs backwards at sample {}", i));
    }
  }
}

/// label.anything.ending, as Edge Impulse names its files.
std::string label_of_name(const std::string& name, const std::string& otherwise) {
  const std::string file = name.substr(name.find_last_of('/') + 1);
  const size_t dot = file.find('.');
  return dot > 0 && dot != file.find_last_of('.') ? file.substr(0, dot) : otherwise;
}

/// The recordings of all sensors for every stretch of time that all of them have.
std::vector<TimedRecording> fused(std::vector<std::vector<SensorRecording>> sensors, double rate_hz) {
  std::vector<std::vector<const SensorRecording*>> together{{}};
  const auto end_of = [](const SensorRecording& r) {
    return r.start_s + static_cast<double>(r.samples() - 1) / r.rate_hz;
  };
  for (const std::vector<SensorRecording>& pieces : sensors) {
    std::vector<std::vector<const SensorRecording*>> longer;
    for (const std::vector<const SensorRecording*>& others : together) {
      for (const SensorRecording& piece : pieces) {
        const bool meets = std::all_of(others.begin(), others.end(), [&](const SensorRecording* other) {
          return piece.start_s <= end_of(*other) && other->start_s <= end_of(piece);
        });
        if (!meets) continue;
        longer.push_back(others);
        longer.back().push_back(&piece);
      }
    }
    together = std::move(longer);
  }
  if (together.empty()) invalid("the sensors have no time in common; check their clocks");
  std::vector<TimedRecording> result;
  for (const std::vector<const SensorRecording*>& set : together) {
    std::vector<SensorRecording> copies;
    for (const SensorRecording* sensor : set) copies.push_back(*sensor);
    result.push_back({fuse(copies, rate_hz), {}});
  }
  return result;
}

std::vector<TimedRecording> read_source(const SensorSource& source, const SensorLoadOptions& options) {
  std::vector<TimedRecording> recordings;
  if (!options.fuse) {
    recordings = read_sensor_file(source.files.front(), options);
  } else {
    std::vector<std::vector<SensorRecording>> sensors;
    for (const fs::path& file : source.files) {
      std::vector<SensorRecording> pieces;
      for (const TimedRecording& timed : read_sensor_file(file, options)) {
        for (SensorRecording& piece : to_fixed_rate(timed, {0, options.gap_periods, options.gaps})) {
          for (Channel& channel : piece.channels) channel.name = file.stem().string() + "." + channel.name;
          pieces.push_back(std::move(piece));
        }
      }
      sensors.push_back(std::move(pieces));
    }
    recordings = with_context(source.name, [&] { return fused(std::move(sensors), options.rate_hz); });
  }
  for (TimedRecording& timed : recordings) {
    SensorRecording& recording = timed.recording;
    recording.path = source.files.front().generic_string();
    if (source.label) {
      recording.label = *source.label;
      recording.intervals.clear();
    } else if (recording.intervals.empty() && recording.label.empty()) {
      recording.label = label_of_name(source.name, options.default_label);
    }
    if (!source.group.empty()) recording.group = source.group;
    if (recording.group.empty()) recording.group = source.name;
    if (source.split) recording.split = *source.split;
  }
  return recordings;
}

}  // namespace

SensorDataset load_sensor_dataset(const fs::path& path, const SensorLoadOptions& given) {
  check_options(given);
  SensorLoadOptions options = given;
  if (options.csv.row_rate_hz == 0) options.csv.row_rate_hz = options.rate_hz;
  const std::vector<SensorSource> sources = find_sensor_sources(path, options);
  std::vector<std::vector<TimedRecording>> read(sources.size());
  std::atomic<int64_t> done{0};
  ThreadPool pool;
  pool.run(sources.size(), [&](size_t i, int thread) {
    check_interrupt();
    read[i] = read_source(sources[i], options);
    const int64_t count = ++done;
    if (thread == 0 && options.progress) {
      options.progress({"loading", count, static_cast<int64_t>(sources.size()), -1, ""});
    }
  });
  std::vector<TimedRecording> recordings;
  std::vector<bool> fixed;
  for (size_t i = 0; i < sources.size(); ++i) {
    for (TimedRecording& timed : read[i]) {
      recordings.push_back(std::move(timed));
      fixed.push_back(sources[i].split.has_value());
    }
  }
  return collect_sensor_dataset(std::move(recordings), fixed, true, options, path.string());
}

SensorDataset make_sensor_dataset(std::vector<TimedRecording> recordings, const SensorLoadOptions& options,
                                  bool keep_splits, const std::string& where) {
  check_options(options);
  for (size_t i = 0; i < recordings.size(); ++i) {
    with_context(fmt::format("recording {} of {}", i, where), [&] { check_recording(recordings[i]); });
    SensorRecording& r = recordings[i].recording;
    if (r.intervals.empty() && r.label.empty()) r.label = options.default_label;
    if (r.group.empty()) r.group = r.path.empty() ? fmt::format("recording-{}", i) : r.path;
    if (r.rate_hz == 0) r.rate_hz = options.csv.row_rate_hz > 0 ? options.csv.row_rate_hz : options.rate_hz;
  }
  return collect_sensor_dataset(std::move(recordings), {}, !keep_splits, options, where);
}

SensorDataset make_sensor_dataset(std::vector<SensorRecording> recordings, const SensorLoadOptions& options,
                                  bool keep_splits, const std::string& where) {
  std::vector<TimedRecording> timed;
  for (SensorRecording& recording : recordings) timed.push_back({std::move(recording), {}});
  return make_sensor_dataset(std::move(timed), options, keep_splits, where);
}

}  // namespace tinyml::data
