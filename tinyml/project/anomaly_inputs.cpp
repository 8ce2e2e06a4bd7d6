// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly_inputs.h"

#include <algorithm>
#include <cmath>

#include "tinyml/device/dsp/feature_affine.h"

namespace tinyml::project {
namespace {

constexpr double kLevels = 32;  // of int8, a standard deviation
constexpr int32_t kSpectralMoments = 5;

size_t width_of(const AnomalyInputs& inputs) {
  return static_cast<size_t>(inputs.front_end.channels()) + (inputs.raw ? 0 : inputs.contexts.size());
}

/// The front end's part of a window.
std::vector<float> sensed(AnomalyWindow window, size_t channels, size_t all) {
  std::vector<float> values;
  values.reserve(window.size() / all * channels);
  for (size_t i = 0; i < window.size(); i += all) {
    values.insert(values.end(), window.begin() + static_cast<std::ptrdiff_t>(i),
                  window.begin() + static_cast<std::ptrdiff_t>(i + channels));
  }
  return values;
}

int32_t sum_of_counts(std::span<const int16_t> counts, size_t channel, size_t channels) {
  int32_t sum = 0;
  for (size_t i = channel; i < counts.size(); i += channels) sum += counts[i];
  return sum;
}

double mean_of(AnomalyWindow window, size_t column, size_t all) {
  double sum = 0;
  for (size_t i = column; i < window.size(); i += all) sum += static_cast<double>(window[i]);
  return sum / static_cast<double>(window.size() / all);
}

int8_t to_level(double value, double offset, double scale) {
  return static_cast<int8_t>(std::clamp(std::round((value - offset) / scale), -128.0, 127.0));
}

/// The int32 sums of a channel over the windows, standardised.
ops::FeatureAffine level_affine(const SensorFeatures& features,
                                const std::vector<std::vector<float>>& windows, size_t channel) {
  const auto channels = static_cast<size_t>(features.front_end().channels());
  double sum = 0, squares = 0;
  for (const auto& window : windows) {
    const double s = sum_of_counts(features.to_counts(window), channel, channels);
    sum += s;
    squares += s * s;
  }
  const auto n = static_cast<double>(windows.size());
  const double mean = sum / n;
  // A window's mean that moves by less than one count is rounding.
  const double least = features.front_end().window_samples;
  const double deviation = std::max(std::sqrt(std::max(squares / n - mean * mean, 0.0)), least);
  return ops::feature_affine(1, 0, mean, deviation / kLevels);
}

}  // namespace

AnomalyInputs fit_anomaly_inputs(const SensorConfig& config, const std::vector<std::string>& contexts,
                                 bool raw, double rate_hz, const std::vector<AnomalyWindow>& windows,
                                 ThreadPool& pool) {
  AnomalyInputs inputs;
  inputs.raw = raw;
  SensorConfig sensors = config;
  if (raw) {
    for (const std::string& name : contexts) sensors.data.sensors.push_back({name, 1, 0, "", 0});
  }
  const auto channels = static_cast<size_t>(sensors.channels()), all = channels + (raw ? 0 : contexts.size());
  std::vector<data::Channel> names;
  for (const Sensor& sensor : sensors.data.sensors) {
    for (int32_t c = 0; c < sensor.channels; ++c) {
      names.push_back(
          {sensor.channels == 1 ? sensor.name : sensor.name + "." + "xyzuvw"[c % 6], sensor.unit});
    }
  }
  std::vector<std::vector<float>> owned;
  for (const AnomalyWindow& window : windows) owned.push_back(sensed(window, channels, all));
  inputs.front_end = fit_front_end(sensors, names, rate_hz, {owned.begin(), owned.end()}, pool);

  for (size_t c = 0; c < contexts.size(); ++c) {
    double low = INFINITY, high = -INFINITY;
    for (const AnomalyWindow& window : windows) {
      const double mean = mean_of(window, config.channels() + c, raw ? channels : all);
      low = std::min(low, mean);
      high = std::max(high, mean);
    }
    constexpr double kSpan = 250;
    inputs.contexts.push_back({contexts[c], (low + high) / 2, high > low ? (high - low) / kSpan : 1});
  }
  if (raw) return inputs;
  const SensorFeatures features(inputs.front_end);
  int32_t channel = 0;
  for (const Sensor& sensor : sensors.data.sensors) {
    if (sensor.channels == 1) {
      inputs.levels.push_back({channel, level_affine(features, owned, static_cast<size_t>(channel))});
    }
    channel += sensor.channels;
  }
  return inputs;
}

std::vector<uint8_t> scored_features(const AnomalyInputs& inputs) {
  const SensorFeatures features(inputs.front_end);
  const int32_t count = features.shape()[2];
  std::vector<uint8_t> scored(static_cast<size_t>(count), 1);
  if (inputs.raw) {
    scored.resize(scored.size() - inputs.contexts.size());
    return scored;
  }
  const int32_t each = count / inputs.front_end.channels();
  if (std::holds_alternative<Spectral>(inputs.front_end.op)) {
    for (int32_t i = 0; i < count; ++i) scored[static_cast<size_t>(i)] = i % each >= kSpectralMoments;
  }
  scored.resize(scored.size() + inputs.levels.size(), 1);
  return scored;
}

int32_t merged_features(const AnomalyInputs& inputs) {
  constexpr int32_t kMostBands = 32;
  if (!std::holds_alternative<Spectral>(inputs.front_end.op) || !inputs.levels.empty()) return 1;
  const int32_t each = SensorFeatures(inputs.front_end).shape()[2] / inputs.front_end.channels();
  return std::max(1, (each - kSpectralMoments) / kMostBands);
}

std::vector<int32_t> channel_of_feature(const AnomalyInputs& inputs) {
  const SensorFeatures features(inputs.front_end);
  const int32_t count = features.shape()[2], each = count / inputs.front_end.channels();
  std::vector<int32_t> channels;
  for (int32_t i = 0; i < count; ++i) channels.push_back(i / each);
  for (const AnomalyInputs::Level& level : inputs.levels) channels.push_back(level.channel);
  if (inputs.raw) channels.resize(channels.size() - inputs.contexts.size());
  channels.resize(channels.size() + inputs.contexts.size(), -1);
  return channels;
}

AnomalyRows::AnomalyRows(AnomalyInputs inputs)
    : inputs_(std::move(inputs)), features_(inputs_.front_end), shape_(features_.shape()) {
  if (!inputs_.raw) shape_[2] += inputs_.extra_values();
}

std::vector<int8_t> AnomalyRows::row(AnomalyWindow window) const {
  const size_t all = width_of(inputs_), channels = static_cast<size_t>(inputs_.front_end.channels());
  const std::vector<int16_t> counts = features_.to_counts(sensed(window, channels, all));
  std::vector<int8_t> row(static_cast<size_t>(elements(shape_)));
  const auto own = static_cast<size_t>(features_.size());
  features_.extractor().extract(counts, std::span(row).first(own));
  if (inputs_.raw) return row;
  size_t next = own;
  for (const AnomalyInputs::Level& level : inputs_.levels) {
    const int32_t sum = sum_of_counts(counts, static_cast<size_t>(level.channel), channels);
    row[next++] = device::quantize_feature(sum, level.affine.data());
  }
  for (size_t c = 0; c < inputs_.contexts.size(); ++c) {
    const AnomalyInputs::Context& context = inputs_.contexts[c];
    row[next++] = to_level(mean_of(window, channels + c, all), context.offset, context.scale);
  }
  return row;
}

std::vector<std::vector<int8_t>> AnomalyRows::rows(const std::vector<AnomalyWindow>& windows,
                                                   ThreadPool& pool) const {
  std::vector<std::vector<int8_t>> rows(windows.size());
  pool.run(windows.size(), [&](size_t i, int) { rows[i] = row(windows[i]); });
  return rows;
}

}  // namespace tinyml::project
