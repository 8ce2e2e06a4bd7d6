// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tinyml/data/sensor_recording.h"

namespace tinyml::data {

/// The samples that a clock of `rate_hz` has in `seconds`, both ends included. Errors: invalid_argument
/// where the recording would have more than kMostValues values.
size_t regridded_samples(const SensorRecording& recording, double seconds, double rate_hz);

/// Straight lines through (times, values [times, channels]), read at from, from + 1 / rate_hz, ...; held
/// beyond the ends. Times ascend.
std::vector<float> interpolate(std::span<const double> times, std::span<const float> values, size_t channels,
                               double from, double rate_hz, size_t samples);

/// The source's intervals on such a clock: each border moves to the middle between its two samples.
std::vector<LabelInterval> moved_intervals(const SensorRecording& source, std::span<const double> times,
                                           double from, double rate_hz, size_t samples);

/// `source`, whose samples lie at `times` (about source_hz a second), on the clock from, from + 1 / rate_hz,
/// ...: see to_fixed_rate for the method.
SensorRecording regridded(const SensorRecording& source, std::span<const double> times, double source_hz,
                          bool regular, double from, double rate_hz, size_t samples);

}  // namespace tinyml::data
