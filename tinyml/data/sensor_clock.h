// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "tinyml/data/sensor_recording.h"

namespace tinyml::data {

/// A recording as its source clocked it. Without times it is regular at recording.rate_hz (0: unknown).
struct TimedRecording {
  SensorRecording recording;
  std::vector<double> times_s;  // never descending; one a sample, or none
};

/// What to do where samples are missing for longer than `gap_periods`: begin a new recording after the gap,
/// refuse the recording, or bridge the gap by a straight line.
enum class Gaps { split, error, bridge };

struct ClockOptions {
  double rate_hz = 0;  // 0: the recording's own
  double gap_periods = 10;
  Gaps gaps = Gaps::split;
};

/// The mean rate outside gaps; the recording's own where it has no times. 0 for a single sample.
/// Errors: bad_file if all samples have the same time.
double measured_rate_hz(const TimedRecording& timed, double gap_periods = 10);

/// Whether every sample lies within 5 % of a period of a regular clock (gaps aside).
bool is_regular(const TimedRecording& timed, double gap_periods = 10);

/// On a regular clock at options.rate_hz, in pieces where gaps split it. A regular clock within 1 % of that
/// rate keeps its values. Samples with equal times are spread up to the next time, at most a period each. An
/// irregular clock is interpolated linearly; more than 10 % fewer samples a second, and regular clocks of
/// 10 Hz or more, go through a band-limited resampler. A sample takes the label of the nearest one in time.
/// Errors: bad_file, naming the recording's path: a gap (Gaps::error), all times equal; invalid_argument for
/// a rate that is negative, not finite, or would make more than kMostValues values, or is needed and unknown.
std::vector<SensorRecording> to_fixed_rate(const TimedRecording& timed, const ClockOptions& options);

/// A regular recording at another rate; errors as to_fixed_rate.
SensorRecording resample(const SensorRecording& recording, double rate_hz);

/// Recordings of several sensors on one clock at `rate_hz`: the time that all of them cover, their channels
/// side by side in the order given. Path, label, group, split and intervals are the first one's. Errors:
/// invalid_argument for none, an unknown rate, no common time, two channels with the same name.
SensorRecording fuse(std::span<const SensorRecording> sensors, double rate_hz);

/// `samples` samples of the recording's channels: stretch interpolates linearly over the whole, pad repeats
/// the last sample or cuts the end. Errors: invalid_argument for an empty recording or 0 samples.
enum class Fit { stretch, pad };
SensorRecording fit_samples(const SensorRecording& recording, size_t samples, Fit fit);

}  // namespace tinyml::data
