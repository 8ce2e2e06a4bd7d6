// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/sensor_scan.h"
#include "tinyml/data/sensor_split.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMostLabels = 1000;

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

/// label.anything.ending, as Edge Impulse names its files.
std::string label_of_name(const std::string& name, const std::string& otherwise) {
  const std::string file = name.substr(name.find_last_of('/') + 1);
  const size_t dot = file.find('.');
  return dot > 0 && dot != file.find_last_of('.') ? file.substr(0, dot) : otherwise;
}

/// The data's own rate: the median, to three digits where the clocks differ.
double common_rate(const std::vector<double>& rates, bool regular) {
  std::vector<double> known;
  std::copy_if(rates.begin(), rates.end(), std::back_inserter(known), [](double r) { return r > 0; });
  if (known.empty()) return 0;
  std::sort(known.begin(), known.end());
  const double median = known[known.size() / 2];
  if (regular && known.back() - known.front() <= 0.01 * median) return median;
  const double unit = std::pow(10, std::floor(std::log10(median)) - 2);
  return std::round(median / unit) * unit;
}

std::string listed(const std::vector<Channel>& channels) {
  std::string text;
  for (const Channel& channel : channels) text += (text.empty() ? "" : ",") + channel.name;
  return one_line(text);
}

void check_channels(const std::vector<SensorRecording>& recordings) {
  const SensorRecording& first = recordings.front();
  for (const SensorRecording& r : recordings) {
    const bool same =
        std::equal(r.channels.begin(), r.channels.end(), first.channels.begin(), first.channels.end(),
                   [](const Channel& a, const Channel& b) { return a.name == b.name; });
    for (size_t c = 0; same && c < r.channels.size(); ++c) {
      const Channel& mine = r.channels[c];
      const Channel& theirs = first.channels[c];
      if (mine.unit == theirs.unit || mine.unit.empty() || theirs.unit.empty()) continue;
      invalid(fmt::format("{} has \"{}\" in {}, {} has it in {}; bring them to one unit", one_line(r.path),
                          mine.name, mine.unit, one_line(first.path), theirs.unit));
    }
    if (same) continue;
    invalid(fmt::format("{} has the channels {}, {} has {}; choose common ones by the option channels",
                        one_line(r.path), listed(r.channels), one_line(first.path), listed(first.channels)));
  }
}

/// Keeps the wanted labels (all if none are), sorted unless given; recordings without any of them go.
void keep_labels(SensorDataset& dataset, std::vector<bool>& fixed, const std::string& where) {
  std::set<std::string> there;
  for (const SensorRecording& recording : dataset.recordings) {
    for (std::string& label : labels_of(recording)) there.insert(std::move(label));
    if (there.size() > kMostLabels) {
      invalid(fmt::format("{} has more than {} different labels; is the label column right?", where,
                          kMostLabels));
    }
  }
  for (const std::string& label : there) {
    if (is_plain_text(label)) continue;
    invalid(fmt::format("label \"{}\" in {} is not UTF-8 or holds control characters: rename it",
                        one_line(label), where));
  }
  if (dataset.labels.empty()) {
    dataset.labels.assign(there.begin(), there.end());
    return;
  }
  const std::vector<std::string> names(there.begin(), there.end());
  for (const std::string& label : dataset.labels) {
    if (there.count(label)) continue;
    invalid(fmt::format("{} has no recording labelled \"{}\"; nearest: {}", where, label,
                        nearest_names(label, names)));
  }
  const std::set<std::string> wanted(dataset.labels.begin(), dataset.labels.end());
  size_t kept = 0;
  for (size_t i = 0; i < dataset.recordings.size(); ++i) {
    SensorRecording& recording = dataset.recordings[i];
    for (LabelInterval& interval : recording.intervals) {
      if (!wanted.count(interval.label)) interval.label.clear();
    }
    if (recording.intervals.empty() ? !wanted.count(recording.label) : labels_of(recording).empty()) continue;
    if (kept != i) dataset.recordings[kept] = std::move(recording);
    fixed[kept++] = fixed[i];
  }
  dataset.recordings.resize(kept);
  fixed.resize(kept);
}

SensorDataset finish(std::vector<SensorRecording> recordings, std::vector<bool> fixed, bool split_rest,
                     const SensorLoadOptions& options, const std::string& where) {
  if (recordings.empty()) throw Error(ErrorKind::not_found, fmt::format("{} has no samples", where));
  check_channels(recordings);
  fixed.resize(recordings.size(), false);
  SensorDataset dataset;
  dataset.rate_hz = recordings.front().rate_hz;
  dataset.channels = recordings.front().channels;
  dataset.labels = options.labels;
  dataset.recordings = std::move(recordings);
  keep_labels(dataset, fixed, where);
  if (split_rest) split_sensor_recordings(dataset.recordings, options.split, std::move(fixed));
  return dataset;
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

  std::vector<double> rates;
  bool regular = true;
  for (const std::vector<TimedRecording>& recordings : read) {
    for (const TimedRecording& timed : recordings) {
      if (timed.recording.samples() < 2) continue;
      rates.push_back(measured_rate_hz(timed, options.gap_periods));
      regular = regular && is_regular(timed, options.gap_periods);
    }
  }
  const double rate_hz = options.rate_hz > 0 ? options.rate_hz : common_rate(rates, regular);
  if (rate_hz > 0 && std::find(rates.begin(), rates.end(), 0.0) != rates.end()) {
    invalid(fmt::format("some files of {} have a clock and some have none; give row_rate_hz for these",
                        path.string()));
  }
  std::vector<std::vector<SensorRecording>> clocked(sources.size());
  pool.run(sources.size(), [&](size_t i, int) {
    check_interrupt();
    for (const TimedRecording& timed : read[i]) {
      for (SensorRecording& piece : to_fixed_rate(timed, {rate_hz, options.gap_periods, options.gaps})) {
        clocked[i].push_back(std::move(piece));
      }
    }
    read[i].clear();
  });
  std::vector<SensorRecording> recordings;
  std::vector<bool> fixed;
  for (size_t i = 0; i < sources.size(); ++i) {
    for (SensorRecording& recording : clocked[i]) {
      recordings.push_back(std::move(recording));
      fixed.push_back(sources[i].split.has_value());
    }
  }
  return finish(std::move(recordings), std::move(fixed), true, options, path.string());
}

SensorDataset make_sensor_dataset(std::vector<SensorRecording> recordings, const SensorLoadOptions& options,
                                  bool keep_splits, const std::string& where) {
  check_options(options);
  std::vector<double> rates;
  for (size_t i = 0; i < recordings.size(); ++i) {
    SensorRecording& r = recordings[i];
    if (r.channels.empty() || r.values.empty() || r.values.size() % r.channels.size() != 0) {
      invalid(fmt::format("recording {} of {} has {} values for {} channels", i, where, r.values.size(),
                          r.channels.size()));
    }
    for (size_t k = 0; k < r.values.size(); ++k) {
      if (std::isfinite(r.values[k])) continue;
      invalid(fmt::format("recording {} of {}, sample {}, channel \"{}\" is not a finite number", i, where,
                          k / r.channels.size(), r.channels[k % r.channels.size()].name));
    }
    size_t end = 0;
    for (const LabelInterval& interval : r.intervals) {
      if (interval.begin < end || interval.end <= interval.begin || interval.end > r.samples()) {
        invalid(
            fmt::format("recording {} of {}: the label interval {} to {} is empty, overlaps another or ends "
                        "behind its {} samples",
                        i, where, interval.begin, interval.end, r.samples()));
      }
      end = interval.end;
    }
    if (r.intervals.empty() && r.label.empty()) r.label = options.default_label;
    if (r.group.empty()) r.group = r.path.empty() ? fmt::format("recording-{}", i) : r.path;
    rates.push_back(r.rate_hz);
  }
  const double rate_hz = options.rate_hz > 0 ? options.rate_hz : common_rate(rates, true);
  for (SensorRecording& r : recordings) {
    if (rate_hz > 0)
      r = std::move(to_fixed_rate({std::move(r), {}}, {rate_hz, options.gap_periods, options.gaps})[0]);
  }
  return finish(std::move(recordings), {}, !keep_splits, options, where);
}

}  // namespace tinyml::data
