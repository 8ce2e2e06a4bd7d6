// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/regrid.h"

#include <fmt/core.h>
#include <soxr.h>

#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

constexpr double kFewer = 0.9;           // below this share of the source's rate, aliases are filtered out
constexpr double kWaveformHz = 10;       // regular clocks from here on carry waveforms, not levels
constexpr double kLargestRatio = 10000;  // between two rates

[[noreturn]] void invalid(const SensorRecording& recording, const std::string& what) {
  throw Error(ErrorKind::invalid_argument,
              recording.path.empty() ? what : fmt::format("{}: {}", recording.path, what));
}

/// Band-limited; the line through the first and the last sample is taken off and put back, as the resampler
/// takes what lies outside for zero.
std::vector<float> band_limited(const SensorRecording& recording, std::vector<float> values, double from_hz,
                                double to_hz, size_t samples) {
  const size_t channels = recording.channels.size();
  const size_t count = values.size() / channels;
  if (from_hz / to_hz > kLargestRatio || to_hz / from_hz > kLargestRatio) {
    invalid(recording, fmt::format("{:.6g} Hz cannot be resampled to {:.6g} Hz; the ratio is too large",
                                   from_hz, to_hz));
  }
  std::vector<double> first(channels), slope(channels, 0);
  for (size_t c = 0; c < channels; ++c) {
    first[c] = values[c];
    if (count > 1) {
      slope[c] = (values[(count - 1) * channels + c] - first[c]) / static_cast<double>(count - 1);
    }
    for (size_t i = 0; i < count; ++i) {
      float& value = values[i * channels + c];
      value = static_cast<float>(value - first[c] - slope[c] * static_cast<double>(i));
    }
  }
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  const size_t room = samples + 2;
  std::vector<float> result(room * channels, 0.0f);
  size_t made = 0;
  const soxr_error_t error =
      soxr_oneshot(from_hz, to_hz, static_cast<unsigned>(channels), values.data(), count, nullptr,
                   result.data(), room, &made, &io, &quality, &runtime);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot resample {}: {}", recording.path, error));
  result.resize(samples * channels);
  const double step = from_hz / to_hz;
  for (size_t i = 0; i < samples; ++i) {
    for (size_t c = 0; c < channels; ++c) {
      float& value = result[i * channels + c];
      value = static_cast<float>(value + first[c] + slope[c] * step * static_cast<double>(i));
    }
  }
  return result;
}

}  // namespace

size_t regridded_samples(const SensorRecording& recording, double seconds, double rate_hz) {
  const double samples = std::floor(seconds * rate_hz + 1e-6) + 1;
  if (!(samples * static_cast<double>(recording.channels.size()) <= static_cast<double>(kMostValues))) {
    invalid(recording, fmt::format("{:.6g} s at {:.6g} Hz are more than {} values; take a lower rate",
                                   seconds, rate_hz, kMostValues));
  }
  return static_cast<size_t>(samples);
}

std::vector<float> interpolate(std::span<const double> times, std::span<const float> values, size_t channels,
                               double from, double rate_hz, size_t samples) {
  std::vector<float> result(samples * channels);
  size_t at = 0;
  for (size_t i = 0; i < samples; ++i) {
    const double time = from + static_cast<double>(i) / rate_hz;
    while (at + 2 < times.size() && times[at + 1] <= time) ++at;
    const size_t next = std::min(at + 1, times.size() - 1);
    const double step = times[next] - times[at];
    const double part = step > 0 ? std::clamp((time - times[at]) / step, 0.0, 1.0) : 0.0;
    for (size_t c = 0; c < channels; ++c) {
      const double a = values[at * channels + c];
      const double b = values[next * channels + c];
      result[i * channels + c] = static_cast<float>(a + (b - a) * part);
    }
  }
  return result;
}

std::vector<LabelInterval> moved_intervals(const SensorRecording& source, std::span<const double> times,
                                           double from, double rate_hz, size_t samples) {
  std::vector<LabelInterval> intervals;
  const auto index = [&](size_t i) {
    const double border = (times[i - 1] + times[i]) / 2;
    const double place = std::ceil((border - from) * rate_hz - 1e-6);
    return static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(samples)));
  };
  for (const LabelInterval& interval : source.intervals) {
    const size_t begin = interval.begin == 0 ? 0 : index(interval.begin);
    const size_t end = interval.end >= source.samples() ? samples : index(interval.end);
    append_interval(intervals, begin, end, interval.label);
  }
  if (intervals.empty() && !source.intervals.empty()) append_interval(intervals, 0, samples, "");
  return intervals;
}

SensorRecording regridded(const SensorRecording& source, std::span<const double> times, double source_hz,
                          bool regular, double from, double rate_hz, size_t samples) {
  SensorRecording result;
  result.path = source.path;
  result.label = source.label;
  result.group = source.group;
  result.split = source.split;
  result.channels = source.channels;
  result.rate_hz = rate_hz;
  result.start_s = from;
  const size_t channels = source.channels.size();
  const bool waveform = regular && source_hz >= kWaveformHz && rate_hz != source_hz;
  const bool filter = rate_hz < kFewer * source_hz || waveform;
  if (filter && times.size() > 1) {
    const double seconds = static_cast<double>(samples - 1) / rate_hz;
    const size_t fine = static_cast<size_t>(std::ceil(seconds * source_hz - 1e-6)) + 1;
    regridded_samples(source, seconds, source_hz);
    result.values = band_limited(source, interpolate(times, source.values, channels, from, source_hz, fine),
                                 source_hz, rate_hz, samples);
  } else {
    result.values = interpolate(times, source.values, channels, from, rate_hz, samples);
  }
  result.intervals = moved_intervals(source, times, from, rate_hz, samples);
  return result;
}

}  // namespace tinyml::data
