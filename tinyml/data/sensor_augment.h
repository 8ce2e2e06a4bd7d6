// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/data/sensor_recording.h"

namespace tinyml::data {

/// What changes in a copy of a window, drawn anew for each; 0 turns a step off.
struct SensorAugment {
  double jitter = 0.05;         // noise, its standard deviation in those of each channel
  double scaling = 0.1;         // a sensor's distances from its channels' means are multiplied by 1 +- this
  double shift = 0.1;           // the window begins earlier or later by up to this share of its length
  double speed = 0.1;           // it covers up to this share more or less time
  double warp = 0.1;            // within it time runs up to this share faster and slower
  double offset = 0;            // every channel moves by up to this, in its standard deviations: drift
  double rotation_degrees = 0;  // sensors of 3 channels turn by up to this, each about the same random axis
};

/// A changed copy of the window [begin, begin + length) of a recording: read from the recording itself,
/// beyond its ends from its first and last sample, straight lines between samples. `sensors` are the channel
/// counts of the recording's sensors, `mean` and `deviation` the channels'. [length, channels]. The same for
/// the same state of `random`.
std::vector<float> augment_window(const SensorRecording& recording, size_t begin, size_t length,
                                  std::span<const int32_t> sensors, std::span<const float> mean,
                                  std::span<const float> deviation, const SensorAugment& options,
                                  Random& random);

}  // namespace tinyml::data
