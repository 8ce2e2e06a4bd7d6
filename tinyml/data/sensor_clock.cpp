// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_clock.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/data/regrid.h"

namespace tinyml::data {
namespace {

constexpr double kSameRate = 0.01;  // of the rate: such clocks count as equal
constexpr double kRegular = 0.05;   // of a period: jitter that counts as none

[[noreturn]] void invalid(const SensorRecording& recording, const std::string& what) {
  throw Error(ErrorKind::invalid_argument,
              recording.path.empty() ? what : fmt::format("{}: {}", recording.path, what));
}

[[noreturn]] void bad(const SensorRecording& recording, const std::string& what) {
  throw Error(ErrorKind::bad_file,
              recording.path.empty() ? what : fmt::format("{}: {}", recording.path, what));
}

void check_rate(const SensorRecording& recording, double rate_hz) {
  if (!std::isfinite(rate_hz) || rate_hz < 0) invalid(recording, fmt::format("{} Hz is no rate", rate_hz));
}

/// Samples with equal times spread up to the next time, at most `period` apart.
void spread_equal_times(std::vector<double>& times, double period) {
  for (size_t i = 0; i < times.size();) {
    size_t end = i + 1;
    while (end < times.size() && times[end] == times[i]) ++end;
    const double count = static_cast<double>(end - i);
    const double step = end < times.size() ? std::min(period, (times[end] - times[i]) / count) : period;
    for (size_t k = i + 1; k < end; ++k) times[k] = times[i] + step * static_cast<double>(k - i);
    i = end;
  }
}

/// The median step between different times, over the samples that share a time on average.
double typical_period(const std::vector<double>& times, const SensorRecording& recording) {
  std::vector<double> steps;
  for (size_t i = 1; i < times.size(); ++i) {
    if (times[i] > times[i - 1]) steps.push_back(times[i] - times[i - 1]);
  }
  if (steps.empty()) bad(recording, "all samples have the same time: the clock stands still");
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle * static_cast<double>(steps.size() + 1) / static_cast<double>(times.size());
}

bool is_near(double a, double b) { return std::abs(a - b) <= kSameRate * b; }

struct Piece {
  size_t begin = 0;
  size_t end = 0;
};

std::vector<Piece> pieces_of(const std::vector<double>& times, double longest) {
  std::vector<Piece> pieces{{0, 0}};
  for (size_t i = 1; i < times.size(); ++i) {
    if (times[i] - times[i - 1] <= longest) continue;
    pieces.back().end = i;
    pieces.push_back({i, i});
  }
  pieces.back().end = times.size();
  return pieces;
}

double mean_rate(const std::vector<double>& times, const std::vector<Piece>& pieces, double fallback_period) {
  double seconds = 0;
  double steps = 0;
  for (const Piece& piece : pieces) {
    seconds += times[piece.end - 1] - times[piece.begin];
    steps += static_cast<double>(piece.end - piece.begin - 1);
  }
  return steps > 0 && seconds > 0 ? steps / seconds : 1 / fallback_period;
}

bool is_regular(std::span<const double> times) {
  if (times.size() < 2) return true;
  const double period = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  for (size_t i = 0; i < times.size(); ++i) {
    if (std::abs(times[i] - times.front() - period * static_cast<double>(i)) > kRegular * period)
      return false;
  }
  return true;
}

std::vector<double> regular_times(const SensorRecording& recording) {
  std::vector<double> times(recording.samples());
  for (size_t i = 0; i < times.size(); ++i) {
    times[i] = recording.start_s + static_cast<double>(i) / recording.rate_hz;
  }
  return times;
}

/// Times made strictly ascending, their pieces, and the clock's rate.
struct Clock {
  std::vector<double> times;
  std::vector<Piece> pieces;
  double rate_hz = 0;
};

Clock clock_of(const TimedRecording& timed, double gap_periods) {
  TINYML_CHECK(timed.times_s.size() == timed.recording.samples());
  if (!(gap_periods > 1)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a gap of {} periods is none; it must be more than 1", gap_periods));
  }
  Clock clock{timed.times_s, {}, 0};
  if (clock.times.size() < 2) {
    clock.pieces = {{0, clock.times.size()}};
    return clock;
  }
  const double period = typical_period(clock.times, timed.recording);
  spread_equal_times(clock.times, period);
  clock.pieces = pieces_of(clock.times, gap_periods * period);
  clock.rate_hz = mean_rate(clock.times, clock.pieces, period);
  return clock;
}

}  // namespace

double measured_rate_hz(const TimedRecording& timed, double gap_periods) {
  if (timed.times_s.empty()) return timed.recording.rate_hz;
  return clock_of(timed, gap_periods).rate_hz;
}

bool is_regular(const TimedRecording& timed, double gap_periods) {
  if (timed.times_s.empty()) return true;
  const Clock clock = clock_of(timed, gap_periods);
  return std::all_of(clock.pieces.begin(), clock.pieces.end(), [&](const Piece& p) {
    return is_regular(std::span(clock.times).subspan(p.begin, p.end - p.begin));
  });
}

std::vector<SensorRecording> to_fixed_rate(const TimedRecording& timed, const ClockOptions& options) {
  const SensorRecording& recording = timed.recording;
  check_rate(recording, options.rate_hz);
  if (recording.samples() == 0) return {};
  if (timed.times_s.empty()) {
    const bool keep =
        options.rate_hz == 0 || (recording.rate_hz > 0 && is_near(recording.rate_hz, options.rate_hz));
    if (!keep) return {resample(recording, options.rate_hz)};
    SensorRecording same = recording;
    if (options.rate_hz > 0) same.rate_hz = options.rate_hz;
    return {std::move(same)};
  }
  Clock clock = clock_of(timed, options.gap_periods);
  if (clock.pieces.size() > 1 && options.gaps == Gaps::error) {
    const size_t after = clock.pieces[0].end;
    bad(recording,
        fmt::format("no samples for {:.6g} s after sample {}; split or bridge gaps, or allow longer ones",
                    clock.times[after] - clock.times[after - 1], after));
  }
  if (options.gaps == Gaps::bridge) clock.pieces = {{0, clock.times.size()}};
  const double rate_hz = options.rate_hz > 0 ? options.rate_hz : clock.rate_hz;
  std::vector<SensorRecording> pieces;
  for (const Piece& p : clock.pieces) {
    SensorRecording piece = slice(recording, p.begin, p.end);
    const std::span<const double> times = std::span(clock.times).subspan(p.begin, p.end - p.begin);
    const double seconds = times.back() - times.front();
    const bool regular = is_regular(times);
    const double own =
        regular && times.size() > 1 ? static_cast<double>(times.size() - 1) / seconds : clock.rate_hz;
    piece.rate_hz = rate_hz;
    piece.start_s = times.front();
    if (!regular || (times.size() > 1 && !is_near(own, rate_hz))) {
      const size_t samples = regridded_samples(piece, seconds, rate_hz);
      piece = regridded(piece, times, own, regular, times.front(), rate_hz, samples);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

SensorRecording resample(const SensorRecording& recording, double rate_hz) {
  check_rate(recording, rate_hz);
  if (rate_hz == 0 || recording.rate_hz <= 0) {
    invalid(recording, "the rate is not known; say how many rows a second there are");
  }
  if (recording.samples() == 0 || rate_hz == recording.rate_hz) {
    SensorRecording same = recording;
    same.rate_hz = rate_hz;
    return same;
  }
  const double seconds = static_cast<double>(recording.samples() - 1) / recording.rate_hz;
  const std::vector<double> times = regular_times(recording);
  return regridded(recording, times, recording.rate_hz, true, recording.start_s, rate_hz,
                   regridded_samples(recording, seconds, rate_hz));
}

SensorRecording fuse(std::span<const SensorRecording> sensors, double rate_hz) {
  if (sensors.empty()) throw Error(ErrorKind::invalid_argument, "no recordings to fuse");
  check_rate(sensors[0], rate_hz);
  double from = -std::numeric_limits<double>::infinity();
  double to = std::numeric_limits<double>::infinity();
  SensorRecording fused;
  for (const SensorRecording& sensor : sensors) {
    if (rate_hz == 0 || sensor.rate_hz <= 0) {
      invalid(sensor, "the rate is not known, so it cannot share a clock with other sensors");
    }
    from = std::max(from, sensor.start_s);
    to = std::min(to, sensor.start_s + (static_cast<double>(sensor.samples()) - 1) / sensor.rate_hz);
    fused.channels.insert(fused.channels.end(), sensor.channels.begin(), sensor.channels.end());
  }
  fused.path = sensors[0].path;
  std::set<std::string> names;
  for (const Channel& channel : fused.channels) {
    if (!names.insert(channel.name).second) {
      invalid(fused, fmt::format("two sensors have a channel \"{}\"; rename one", channel.name));
    }
  }
  if (!(to >= from)) invalid(fused, "the sensors have no time in common; check their clocks");
  const size_t samples = regridded_samples(fused, to - from, rate_hz);
  std::vector<float> values(samples * fused.channels.size());
  size_t column = 0;
  for (const SensorRecording& sensor : sensors) {
    const size_t channels = sensor.channels.size();
    SensorRecording moved =
        regridded(sensor, regular_times(sensor), sensor.rate_hz, true, from, rate_hz, samples);
    for (size_t i = 0; i < samples; ++i) {
      std::copy_n(moved.values.begin() + static_cast<std::ptrdiff_t>(i * channels), channels,
                  values.begin() + static_cast<std::ptrdiff_t>(i * fused.channels.size() + column));
    }
    if (column == 0) {
      moved.channels = std::move(fused.channels);
      fused = std::move(moved);
    }
    column += channels;
  }
  fused.values = std::move(values);
  return fused;
}

SensorRecording fit_samples(const SensorRecording& recording, size_t samples, Fit fit) {
  const size_t have = recording.samples();
  const size_t channels = recording.channels.size();
  if (have == 0 || samples == 0) invalid(recording, "no samples to fit");
  if (samples > kMostValues / channels) invalid(recording, fmt::format("{} samples are too many", samples));
  if (fit == Fit::pad || have == 1 || samples == 1) {
    SensorRecording result = slice(recording, 0, std::min(have, samples));
    const std::vector<float> last(result.values.end() - static_cast<std::ptrdiff_t>(channels),
                                  result.values.end());
    while (result.values.size() < samples * channels) {
      result.values.insert(result.values.end(), last.begin(), last.end());
    }
    if (!result.intervals.empty() && result.intervals.back().end == have)
      result.intervals.back().end = samples;
    return result;
  }
  SensorRecording result = recording;
  std::vector<double> places(have);
  for (size_t i = 0; i < have; ++i) places[i] = static_cast<double>(i);
  const double density = static_cast<double>(samples - 1) / static_cast<double>(have - 1);
  result.values = interpolate(places, recording.values, channels, 0, density, samples);
  result.intervals = moved_intervals(recording, places, 0, density, samples);
  if (result.rate_hz > 0) result.rate_hz *= density;
  return result;
}

}  // namespace tinyml::data
