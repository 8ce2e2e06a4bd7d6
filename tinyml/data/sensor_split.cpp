// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_split.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace {

/// The recordings' groups and labels as split.h takes them: one entry for each label of each recording.
struct Entries {
  std::vector<Recording> recordings;
  std::vector<size_t> of;  // index of the sensor recording
};

Entries entries_of(const std::vector<SensorRecording>& recordings) {
  Entries entries;
  for (size_t i = 0; i < recordings.size(); ++i) {
    std::vector<std::string> labels = labels_of(recordings[i]);
    if (labels.empty()) labels.emplace_back();
    for (std::string& label : labels) {
      Recording entry;
      entry.label = std::move(label);
      entry.group = recordings[i].group;
      entry.split = recordings[i].split;
      entries.recordings.push_back(std::move(entry));
      entries.of.push_back(i);
    }
  }
  return entries;
}

void split_by_group(std::vector<SensorRecording>& recordings, double validation, double test,
                    const std::vector<bool>& fixed) {
  Entries entries = entries_of(recordings);
  std::vector<bool> fixed_entries;
  for (const size_t i : entries.of) fixed_entries.push_back(!fixed.empty() && fixed[i]);
  assign_splits(entries.recordings, validation, test, fixed_entries);
  for (size_t e = 0; e < entries.of.size(); ++e) {
    recordings[entries.of[e]].split = entries.recordings[e].split;
  }
}

std::vector<SensorRecording> split_by_time(const std::vector<SensorRecording>& recordings,
                                           const std::vector<bool>& fixed, double validation, double test) {
  std::vector<SensorRecording> parts;
  for (size_t i = 0; i < recordings.size(); ++i) {
    const SensorRecording& recording = recordings[i];
    if (fixed[i]) {
      parts.push_back(recording);
      continue;
    }
    const size_t samples = recording.samples();
    const auto border = [&](double share) {
      return static_cast<size_t>(std::llround(share * static_cast<double>(samples)));
    };
    const size_t borders[4] = {0, border(1 - validation - test), border(1 - test), samples};
    constexpr Split kOrder[3] = {Split::train, Split::validation, Split::test};
    for (size_t part = 0; part < 3; ++part) {
      if (borders[part] >= borders[part + 1]) continue;
      parts.push_back(slice(recording, borders[part], borders[part + 1]));
      parts.back().split = kOrder[part];
    }
  }
  return parts;
}

void split_by_order(std::vector<SensorRecording>& recordings, const std::vector<bool>& fixed,
                    double validation, double test) {
  std::map<std::string, std::vector<size_t>> of_label;
  for (size_t i = 0; i < recordings.size(); ++i) {
    const std::vector<std::string> labels = labels_of(recordings[i]);
    if (!fixed[i]) of_label[labels.empty() ? "" : labels.front()].push_back(i);
  }
  for (const auto& [label, indices] : of_label) {
    const double count = static_cast<double>(indices.size());
    const size_t last = static_cast<size_t>(std::llround(count * test));
    const size_t before = static_cast<size_t>(std::llround(count * (test + validation)));
    for (size_t k = 0; k < indices.size(); ++k) {
      const size_t from_end = indices.size() - k;
      recordings[indices[k]].split = from_end <= last     ? Split::test
                                     : from_end <= before ? Split::validation
                                                          : Split::train;
    }
  }
}

void split_by_names(std::vector<SensorRecording>& recordings, const SensorSplit& split) {
  std::set<std::string> groups;
  for (const SensorRecording& recording : recordings) groups.insert(recording.group);
  std::map<std::string, Split> named;
  for (const auto& [names, to] :
       {std::pair(&split.validation_groups, Split::validation), std::pair(&split.test_groups, Split::test)}) {
    for (const std::string& name : *names) {
      if (!groups.count(name)) {
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("no recording has the group \"{}\"; nearest: {}", name,
                                nearest_names(name, {groups.begin(), groups.end()})));
      }
      if (!named.emplace(name, to).second) {
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("the group \"{}\" is given to two splits", name));
      }
    }
  }
  std::vector<bool> fixed;
  for (SensorRecording& recording : recordings) {
    const auto found = named.find(recording.group);
    recording.split = found == named.end() ? Split::train : found->second;
    fixed.push_back(found != named.end());
  }
  if (!split.validation_groups.empty() || named.size() == groups.size()) return;
  split_by_group(recordings, split.validation_fraction, 0, fixed);
}

}  // namespace

void split_sensor_recordings(std::vector<SensorRecording>& recordings, const SensorSplit& split,
                             std::vector<bool> fixed) {
  check_fractions(split.validation_fraction, split.test_fraction);
  if (!split.validation_groups.empty() || !split.test_groups.empty()) {
    split_by_names(recordings, split);
    return;
  }
  fixed.resize(recordings.size(), false);
  double validation = split.validation_fraction;
  double test = split.test_fraction;
  const auto has = [&](Split wanted) {
    for (size_t i = 0; i < recordings.size(); ++i) {
      if (fixed[i] && recordings[i].split == wanted) return true;
    }
    return false;
  };
  if (has(Split::train) || has(Split::validation) || has(Split::test)) {
    if (has(Split::validation)) validation = 0;
    if (has(Split::test)) test = 0;
    for (size_t i = 0; i < fixed.size() && (validation > 0 || test > 0); ++i) {
      if (recordings[i].split == Split::train) fixed[i] = false;
    }
    if (std::find(fixed.begin(), fixed.end(), false) == fixed.end()) return;
  }
  SplitBy by = split.by;
  if (by == SplitBy::automatic) {
    std::set<std::string_view> groups;
    for (const SensorRecording& recording : recordings) groups.insert(recording.group);
    by = groups.size() >= 3 ? SplitBy::group : SplitBy::time;
  }
  if (by == SplitBy::group) split_by_group(recordings, validation, test, fixed);
  if (by == SplitBy::time) recordings = split_by_time(recordings, fixed, validation, test);
  if (by == SplitBy::order) split_by_order(recordings, fixed, validation, test);
}

void split_sensor_dataset(SensorDataset& dataset, const SensorSplit& split) {
  split_sensor_recordings(dataset.recordings, split, {});
}

std::vector<int32_t> sensor_folds(const SensorDataset& dataset, int32_t k, uint64_t seed) {
  Entries entries = entries_of(dataset.recordings);
  Dataset proxy;
  proxy.recordings = std::move(entries.recordings);
  const std::vector<int32_t> fold_of_entry = folds(proxy, k, seed);
  std::vector<int32_t> result(dataset.recordings.size());
  for (size_t e = 0; e < entries.of.size(); ++e) result[entries.of[e]] = fold_of_entry[e];
  return result;
}

std::vector<std::string> groups_of(const SensorDataset& dataset) {
  std::set<std::string> groups;
  for (const SensorRecording& recording : dataset.recordings) groups.insert(recording.group);
  return {groups.begin(), groups.end()};
}

}  // namespace tinyml::data
