// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/split.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

constexpr std::array<Split, 3> kSplitOrder{Split::train, Split::test, Split::validation};

struct Group {
  uint64_t hash = 0;
  Split split = Split::train;
  bool fixed = false;
  std::vector<size_t> recordings;
  std::set<std::string> labels;
};

using Counts = std::map<std::string, std::array<size_t, 3>>;  // groups of a label in each split

size_t index(Split split) { return static_cast<size_t>(split); }

/// The splits that a label with so many groups has to be in.
std::vector<Split> needed(const std::array<size_t, 3>& counts, const std::set<Split>& wanted) {
  const size_t groups = counts[0] + counts[1] + counts[2];
  std::vector<Split> splits;
  for (const Split split : kSplitOrder) {
    if (wanted.count(split) && splits.size() < groups) splits.push_back(split);
  }
  return splits;
}

void move(Group& group, Split to, Counts& counts) {
  for (const std::string& label : group.labels) {
    --counts[label][index(group.split)];
    ++counts[label][index(to)];
  }
  group.split = to;
}

/// How many labels would lose a split that they need if `group` left its own.
size_t loss(const Group& group, const Counts& counts, const std::set<Split>& wanted) {
  size_t lost = 0;
  for (const std::string& label : group.labels) {
    const std::array<size_t, 3>& count = counts.at(label);
    const std::vector<Split> splits = needed(count, wanted);
    const bool needs = std::find(splits.begin(), splits.end(), group.split) != splits.end();
    lost += needs && count[index(group.split)] == 1;
  }
  return lost;
}

void repair(std::map<std::string, Group>& groups, Counts& counts, const std::set<Split>& wanted) {
  for (int pass = 0; pass < 3; ++pass) {
    for (const auto& [label, count] : counts) {
      for (const Split split : needed(count, wanted)) {
        if (count[index(split)] > 0) continue;
        Group* best = nullptr;
        size_t best_loss = 0;
        for (auto& [name, group] : groups) {
          if (group.fixed || !group.labels.count(label)) continue;
          const size_t lost = loss(group, counts, wanted);
          if (lost > 0 && split != Split::train) continue;
          if (!best || std::pair(lost, group.hash) < std::pair(best_loss, best->hash)) {
            best = &group;
            best_loss = lost;
          }
        }
        if (best) move(*best, split, counts);
      }
    }
  }
}

}  // namespace

uint64_t stable_hash(std::string_view text, uint64_t seed) {
  uint64_t h = 0xCBF29CE484222325u ^ (seed * 0x9E3779B97F4A7C15u);
  for (const char c : text) h = (h ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
  return h ^ (h >> 31);
}

Split split_of_group(std::string_view group, double validation_fraction, double test_fraction) {
  const double place = static_cast<double>(stable_hash(group) >> 11) * 0x1.0p-53;
  if (place < test_fraction) return Split::test;
  return place < test_fraction + validation_fraction ? Split::validation : Split::train;
}

std::string group_of_file(std::string_view path, std::string_view label) {
  const std::string_view file = path.substr(path.find_last_of('/') + 1);
  const size_t at = file.find("_nohash_");
  if (at != std::string_view::npos && at > 0) return std::string(file.substr(0, at));
  return fmt::format("{}/{}", label, file);
}

void check_fractions(double validation_fraction, double test_fraction) {
  if (!(validation_fraction >= 0) || !(test_fraction >= 0) || !(validation_fraction + test_fraction < 1)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("validation and test fractions {} and {} must not be negative and must leave "
                            "something for training",
                            validation_fraction, test_fraction));
  }
}

void assign_splits(std::vector<Recording>& recordings, double validation_fraction, double test_fraction,
                   const std::vector<bool>& fixed) {
  check_fractions(validation_fraction, test_fraction);
  std::map<std::string, Group> groups;
  for (size_t i = 0; i < recordings.size(); ++i) {
    const bool keep = !fixed.empty() && fixed[i];
    const Recording& recording = recordings[i];
    const std::string key =
        keep ? fmt::format("{}\n{}", recording.group, index(recording.split)) : recording.group;
    Group& group = groups[key];
    if (group.recordings.empty()) {
      group.hash = stable_hash(key);
      group.fixed = keep;
      group.split = keep ? recording.split : split_of_group(key, validation_fraction, test_fraction);
    }
    group.recordings.push_back(i);
    group.labels.insert(recording.label);
  }
  for (auto& [name, group] : groups) {
    if (group.fixed) continue;
    for (const Split split : kSplitOrder) {
      const auto same = groups.find(fmt::format("{}\n{}", name, index(split)));
      if (same == groups.end()) continue;
      group.split = split;
      group.fixed = true;
    }
  }
  Counts counts;
  for (const auto& [name, group] : groups) {
    for (const std::string& label : group.labels) ++counts[label][index(group.split)];
  }
  std::set<Split> wanted{Split::train};
  if (validation_fraction > 0) wanted.insert(Split::validation);
  if (test_fraction > 0) wanted.insert(Split::test);
  repair(groups, counts, wanted);
  for (const auto& [name, group] : groups) {
    for (const size_t i : group.recordings) recordings[i].split = group.split;
  }
}

std::vector<int32_t> folds(const Dataset& dataset, int32_t k, uint64_t seed) {
  if (k < 2) throw Error(ErrorKind::invalid_argument, fmt::format("{} folds; at least 2 are needed", k));
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < dataset.recordings.size(); ++i) groups[dataset.recordings[i].group].push_back(i);
  if (groups.size() < static_cast<size_t>(k)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} folds need as many groups (speakers); the data has {}", k, groups.size()));
  }
  std::map<std::string, double> total;
  for (const Recording& recording : dataset.recordings) ++total[recording.label];

  struct Ranked {
    size_t size;
    uint64_t hash;
    const std::vector<size_t>* recordings;
  };
  std::vector<Ranked> order;
  for (const auto& [name, members] : groups) {
    order.push_back({members.size(), stable_hash(name, seed + 1), &members});
  }
  std::sort(order.begin(), order.end(), [](const Ranked& a, const Ranked& b) {
    return a.size != b.size ? a.size > b.size : a.hash < b.hash;
  });

  // Largest groups first, each to the fold where it least raises the sum over labels of the squared share.
  std::vector<int32_t> fold_of(dataset.recordings.size(), 0);
  std::vector<std::map<std::string, double>> share(static_cast<size_t>(k));
  for (const Ranked& group : order) {
    std::map<std::string, double> add;
    for (const size_t i : *group.recordings) {
      const std::string& label = dataset.recordings[i].label;
      add[label] += 1.0 / total[label];
    }
    size_t best = 0;
    double least = 0;
    for (size_t f = 0; f < share.size(); ++f) {
      double rise = 0;
      for (const auto& [label, amount] : add) rise += amount * (2 * share[f][label] + amount);
      if (f == 0 || rise < least) {
        best = f;
        least = rise;
      }
    }
    for (const auto& [label, amount] : add) share[best][label] += amount;
    for (const size_t i : *group.recordings) fold_of[i] = static_cast<int32_t>(best);
  }
  return fold_of;
}

}  // namespace tinyml::data
