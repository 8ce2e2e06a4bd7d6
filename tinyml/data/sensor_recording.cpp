// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_recording.h"

#include <algorithm>
#include <set>

#include "tinyml/base/error.h"

namespace tinyml::data {

std::span<const float> SensorRecording::rows(size_t begin, size_t count) const {
  TINYML_CHECK(begin <= samples() && count <= samples() - begin);
  return {values.data() + begin * channels.size(), count * channels.size()};
}

SensorRecording slice(const SensorRecording& recording, size_t begin, size_t end) {
  TINYML_CHECK(begin <= end);
  const std::span<const float> rows = recording.rows(begin, end - begin);
  SensorRecording part;
  part.path = recording.path;
  part.label = recording.label;
  part.group = recording.group;
  part.split = recording.split;
  part.channels = recording.channels;
  part.rate_hz = recording.rate_hz;
  part.start_s = recording.start_s;
  if (recording.rate_hz > 0) part.start_s += static_cast<double>(begin) / recording.rate_hz;
  part.values.assign(rows.begin(), rows.end());
  for (const LabelInterval& interval : recording.intervals) {
    const size_t from = std::max(interval.begin, begin);
    const size_t to = std::min(interval.end, end);
    if (from < to) part.intervals.push_back({from - begin, to - begin, interval.label});
  }
  if (!recording.intervals.empty() && part.intervals.empty() && end > begin) {
    part.intervals.push_back({0, end - begin, ""});
  }
  return part;
}

std::vector<std::string> labels_of(const SensorRecording& recording) {
  std::set<std::string> labels;
  for (const LabelInterval& interval : recording.intervals) labels.insert(interval.label);
  if (recording.intervals.empty()) labels.insert(recording.label);
  labels.erase("");
  return {labels.begin(), labels.end()};
}

void append_interval(std::vector<LabelInterval>& intervals, size_t begin, size_t end,
                     std::string_view label) {
  if (begin >= end) return;
  if (!intervals.empty() && intervals.back().end == begin && intervals.back().label == label) {
    intervals.back().end = end;
  } else {
    intervals.push_back({begin, end, std::string(label)});
  }
}

}  // namespace tinyml::data
