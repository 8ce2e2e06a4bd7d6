// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_windows.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

/// Tells the labels of windows that come in ascending order.
class LabelFinder {
 public:
  LabelFinder(const SensorRecording& recording, const std::map<std::string_view, int32_t>& indices,
              const WindowOptions& options)
      : options_(options) {
    const auto index = [&](const std::string& label) {
      const auto found = indices.find(label);
      return found == indices.end() ? -1 : found->second;
    };
    if (recording.intervals.empty()) {
      intervals_.push_back({0, recording.samples(), index(recording.label)});
    }
    size_t end = 0;
    for (const LabelInterval& i : recording.intervals) {
      if (i.begin > end) intervals_.push_back({end, i.begin, -1});
      intervals_.push_back({i.begin, i.end, index(i.label)});
      end = i.end;
    }
  }

  struct Interval {
    size_t begin;
    size_t end;
    int32_t label;
  };
  const std::vector<Interval>& intervals() const { return intervals_; }

  /// -1: no label, or one with too small a share.
  int32_t label_of(size_t begin) {
    const size_t end = begin + options_.length;
    while (first_ < intervals_.size() && intervals_[first_].end <= begin) ++first_;
    shares_.clear();
    int32_t centre = -1;
    for (size_t i = first_; i < intervals_.size() && intervals_[i].begin < end; ++i) {
      const Interval& interval = intervals_[i];
      const size_t samples = std::min(end, interval.end) - std::max(begin, interval.begin);
      const auto same = std::find_if(shares_.begin(), shares_.end(),
                                     [&](const auto& share) { return share.first == interval.label; });
      if (same == shares_.end()) {
        shares_.emplace_back(interval.label, samples);
      } else {
        same->second += samples;
      }
      const size_t middle = begin + options_.length / 2;
      if (interval.begin <= middle && middle < interval.end) centre = interval.label;
    }
    std::pair<int32_t, size_t> best{-1, 0};
    for (const auto& share : shares_) {
      const bool wanted =
          options_.label == WindowLabel::centre ? share.first == centre : share.second > best.second;
      if (wanted) best = share;
    }
    const double least = options_.least_share * static_cast<double>(options_.length);
    return static_cast<double>(best.second) >= least - 1e-9 ? best.first : -1;
  }

 private:
  const WindowOptions& options_;
  std::vector<Interval> intervals_;
  size_t first_ = 0;
  std::vector<std::pair<int32_t, size_t>> shares_;
};

void check(const WindowOptions& options) {
  if (options.length == 0) invalid("a window of 0 samples; give its length");
  if (options.length > kMostValues || options.stride > kMostValues) {
    invalid(fmt::format("a window of {} samples every {} is too long", options.length, options.stride));
  }
  if (!(options.least_share >= 0 && options.least_share <= 1)) {
    invalid(fmt::format("a label's least share of {} is not within 0 to 1", options.least_share));
  }
}

[[noreturn]] void fail_without_windows(const SensorDataset& dataset, const WindowOptions& options) {
  size_t longest = 0;
  for (const SensorRecording& recording : dataset.recordings)
    longest = std::max(longest, recording.samples());
  if (longest < options.length) {
    invalid(
        fmt::format("no recording has the {} samples of a window: the longest has {}; take shorter windows",
                    options.length, longest));
  }
  invalid(fmt::format("no window of {} samples shows one label for at least {:g} % of its samples",
                      options.length, 100 * options.least_share));
}

}  // namespace

std::vector<SensorWindow> cut_windows(const SensorDataset& dataset, const WindowOptions& options) {
  check(options);
  const size_t stride = options.stride == 0 ? options.length : options.stride;
  std::map<std::string_view, int32_t> indices;
  for (const std::string& label : dataset.labels) {
    indices.emplace(label, static_cast<int32_t>(indices.size()));
  }
  std::vector<SensorWindow> windows;
  for (size_t r = 0; r < dataset.recordings.size(); ++r) {
    const SensorRecording& recording = dataset.recordings[r];
    LabelFinder finder(recording, indices, options);
    if (options.label == WindowLabel::interval) {
      for (const LabelFinder::Interval& interval : finder.intervals()) {
        for (size_t begin = interval.begin; interval.label >= 0 && begin + options.length <= interval.end;
             begin += stride) {
          windows.push_back({static_cast<uint32_t>(r), interval.label, begin});
        }
      }
      continue;
    }
    for (size_t begin = 0; begin + options.length <= recording.samples(); begin += stride) {
      const int32_t label = finder.label_of(begin);
      if (label >= 0) windows.push_back({static_cast<uint32_t>(r), label, begin});
    }
  }
  if (windows.empty()) fail_without_windows(dataset, options);
  return windows;
}

std::vector<SensorWindow> windows_in(const SensorDataset& dataset, std::span<const SensorWindow> windows,
                                     Split split) {
  std::vector<SensorWindow> found;
  std::copy_if(windows.begin(), windows.end(), std::back_inserter(found), [&](const SensorWindow& window) {
    return dataset.recordings[window.recording].split == split;
  });
  return found;
}

std::span<const float> values_of(const SensorDataset& dataset, const SensorWindow& window, size_t length) {
  return dataset.recordings[window.recording].rows(window.begin, length);
}

Standardisation standardisation_of(const SensorDataset& dataset, std::span<const SensorWindow> windows,
                                   size_t length, ConstantChannel constant) {
  if (windows.empty()) invalid("no windows to measure mean and deviation on");
  const size_t channels = dataset.channels.size();
  const double count = static_cast<double>(windows.size()) * static_cast<double>(length);
  std::vector<double> mean(channels, 0), squares(channels, 0);
  for (const SensorWindow& window : windows) {
    const std::span<const float> values = values_of(dataset, window, length);
    for (size_t i = 0; i < values.size(); ++i) mean[i % channels] += values[i];
  }
  for (double& m : mean) m /= count;
  for (const SensorWindow& window : windows) {
    const std::span<const float> values = values_of(dataset, window, length);
    for (size_t i = 0; i < values.size(); ++i) {
      const double distance = values[i] - mean[i % channels];
      squares[i % channels] += distance * distance;
    }
  }
  Standardisation result;
  for (size_t c = 0; c < channels; ++c) {
    double deviation = std::sqrt(squares[c] / count);
    const double rounding = std::abs(mean[c]) * std::numeric_limits<float>::epsilon();
    if (!(deviation > std::max<double>(rounding, std::numeric_limits<float>::min()))) {
      if (constant == ConstantChannel::error) {
        invalid(
            fmt::format("channel \"{}\" is always {:g} in the training windows; leave it out or record it "
                        "while it changes",
                        dataset.channels[c].name, mean[c]));
      }
      deviation = 1;
    }
    result.mean.push_back(static_cast<float>(mean[c]));
    result.deviation.push_back(static_cast<float>(deviation));
  }
  return result;
}

void standardise(std::span<float> values, const Standardisation& standardisation) {
  const size_t channels = standardisation.mean.size();
  TINYML_CHECK(channels > 0 && values.size() % channels == 0);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = (values[i] - standardisation.mean[i % channels]) / standardisation.deviation[i % channels];
  }
}

}  // namespace tinyml::data
