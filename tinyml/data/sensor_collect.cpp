// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_collect.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/sensor_split.h"

namespace tinyml::data {
namespace {

constexpr size_t kMostLabels = 1000;
constexpr double kMostUpsampling = 20;

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

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
    const auto name = [](const SensorRecording& recording) {
      return one_line(recording.path.empty() ? recording.group : recording.path);
    };
    invalid(fmt::format("{} has the channels {}, {} has {}; choose those that all have (columns)", name(r),
                        listed(r.channels), name(first), listed(first.channels)));
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

}  // namespace

SensorDataset collect_sensor_dataset(std::vector<TimedRecording> timed, const std::vector<bool>& fixed,
                                     bool split, const SensorLoadOptions& options, const std::string& where) {
  std::vector<double> rates;
  bool regular = true;
  for (const TimedRecording& t : timed) {
    if (t.recording.samples() < 2) continue;
    rates.push_back(measured_rate_hz(t, options.gap_periods));
    regular = regular && is_regular(t, options.gap_periods);
  }
  const double own_hz = common_rate(rates, regular);
  const double rate_hz = options.rate_hz > 0 ? options.rate_hz : own_hz;
  if (own_hz > 0 && rate_hz > kMostUpsampling * own_hz) {
    invalid(
        fmt::format("{} comes at {:.4g} Hz, far below the {:.4g} Hz wanted; is its clock in another unit "
                    "(time_unit)?",
                    where, own_hz, rate_hz));
  }
  if (rate_hz > 0 && std::find(rates.begin(), rates.end(), 0.0) != rates.end()) {
    invalid(fmt::format("some recordings of {} have a clock and some have none; give row_rate_hz for these",
                        where));
  }
  std::vector<std::vector<SensorRecording>> pieces(timed.size());
  ThreadPool().run(timed.size(), [&](size_t i, int) {
    check_interrupt();
    pieces[i] = to_fixed_rate(timed[i], {rate_hz, options.gap_periods, options.gaps});
    timed[i] = {};
  });
  SensorDataset dataset;
  std::vector<bool> fixed_pieces;
  for (size_t i = 0; i < pieces.size(); ++i) {
    for (SensorRecording& piece : pieces[i]) {
      dataset.recordings.push_back(std::move(piece));
      fixed_pieces.push_back(!fixed.empty() && fixed[i]);
    }
  }
  if (dataset.recordings.empty()) throw Error(ErrorKind::not_found, fmt::format("{} has no samples", where));
  check_channels(dataset.recordings);
  dataset.rate_hz = dataset.recordings.front().rate_hz;
  dataset.channels = dataset.recordings.front().channels;
  dataset.labels = options.labels;
  keep_labels(dataset, fixed_pieces, where);
  if (split) split_sensor_recordings(dataset.recordings, options.split, std::move(fixed_pieces));
  return dataset;
}

}  // namespace tinyml::data
