// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/data/sensor_dataset.h"

namespace tinyml::data {

/// majority: the label of the most samples, of equals the one that comes first in the window; unlabelled
/// samples count as a label of their own, and a window where they win is dropped. centre: the
/// label of sample length / 2. interval: windows are cut from each label interval on its own, the first at
/// the interval's begin.
enum class WindowLabel { majority, centre, interval };

struct WindowOptions {
  size_t length = 0;  // samples
  size_t stride = 0;  // samples; 0: length (no overlap)
  WindowLabel label = WindowLabel::majority;
  /// Windows whose label covers a smaller share of their samples are dropped; 1 keeps pure ones only.
  double least_share = 0;
};

/// A stretch of `length` samples of one recording; its split is the recording's.
struct SensorWindow {
  uint32_t recording = 0;  // index in SensorDataset::recordings
  int32_t label = -1;      // index in SensorDataset::labels
  size_t begin = 0;        // sample in the recording
  bool operator==(const SensorWindow&) const = default;
};

/// The windows of all recordings, in their order, from their first sample on; a rest shorter than a window
/// and windows without a label are left out. Errors: invalid_argument for a length of 0, a share outside
/// [0, 1], and where there is no window at all, with the reason.
std::vector<SensorWindow> cut_windows(const SensorDataset& dataset, const WindowOptions& options);

/// The windows of a split, in order.
std::vector<SensorWindow> windows_in(const SensorDataset& dataset, std::span<const SensorWindow> windows,
                                     Split split);

/// The window's samples as [length, channels], without a copy.
std::span<const float> values_of(const SensorDataset& dataset, const SensorWindow& window, size_t length);

/// (x - mean) / deviation gives a channel mean 0 and standard deviation 1.
struct Standardisation {
  std::vector<float> mean;       // per channel
  std::vector<float> deviation;  // per channel, above 0
};

/// What to do with a channel that never changes: refuse it by name, or take 1 for its deviation.
enum class ConstantChannel { error, keep };

/// Over every sample of every one of `windows` (population deviation). Errors: invalid_argument for no
/// windows or a constant channel.
Standardisation standardisation_of(const SensorDataset& dataset, std::span<const SensorWindow> windows,
                                   size_t length, ConstantChannel constant = ConstantChannel::error);

/// In place, [samples, channels].
void standardise(std::span<float> values, const Standardisation& standardisation);

}  // namespace tinyml::data
