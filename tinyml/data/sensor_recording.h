// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/dataset.h"

namespace tinyml::data {

struct Channel {
  std::string name;
  std::string unit;  // as the source writes it; may be empty
  bool operator==(const Channel&) const = default;
};

/// The samples [begin, end) of a recording show `label`; an empty label says that they show nothing known.
struct LabelInterval {
  size_t begin = 0;
  size_t end = 0;
  std::string label;
  bool operator==(const LabelInterval&) const = default;
};

/// Readings of several channels on one regular clock, finite values only.
struct SensorRecording {
  std::string path;   // of the file; several recordings may come from one; empty where made in memory
  std::string label;  // of every sample, unless `intervals` says more
  std::string group;  // subject, machine or run: a group is never in two splits that are drawn by group
  Split split = Split::train;
  std::vector<Channel> channels;
  double rate_hz = 0;         // 0: unknown
  double start_s = 0;         // the first sample on the source's clock (seconds since 1970 for dates)
  std::vector<float> values;  // [samples, channels]
  std::vector<LabelInterval> intervals;  // ascending, disjoint; samples in none of them are unlabelled

  size_t samples() const { return channels.empty() ? 0 : values.size() / channels.size(); }
  /// The samples [begin, begin + count) as [count, channels].
  std::span<const float> rows(size_t begin, size_t count) const;
};

/// The samples [begin, end) as a recording of their own, with their labels and their time.
SensorRecording slice(const SensorRecording& recording, size_t begin, size_t end);

/// The labels of a recording: those of its intervals, or its own; sorted, without the empty one.
std::vector<std::string> labels_of(const SensorRecording& recording);

/// Appends [begin, end), merged with the last interval where that ends at `begin` with the same label.
void append_interval(std::vector<LabelInterval>& intervals, size_t begin, size_t end, std::string_view label);

/// Most channels of a recording and most values of a file's recordings; more is refused as a mistake.
inline constexpr size_t kMostChannels = 256;
inline constexpr size_t kMostValues = size_t{1} << 27;

}  // namespace tinyml::data
