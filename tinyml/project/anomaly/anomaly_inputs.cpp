// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/device/app/reading.h"
#include "tinyml/device/dsp/feature_affine.h"

namespace tinyml::project {
namespace {

constexpr double kLevels = 32;  // of int8, a standard deviation
constexpr int32_t kSpectralMoments = 5;

/// The first `channels` of a window of `all` values an instant.
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

AnomalyInputs::Context fit_context(const std::string& name, size_t column, size_t all,
                                   const std::vector<AnomalyWindow>& windows) {
  float low = INFINITY, high = -INFINITY;
  for (const AnomalyWindow& window : windows) {
    for (size_t i = column; i < window.size(); i += all) {
      low = std::min(low, window[i]);
      high = std::max(high, window[i]);
    }
  }
  if (!(high > low)) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("context \"{}\" is always {:g} in the training windows; leave it out or record it "
                    "while it changes",
                    name, low));
  }
  constexpr float kSpan = 250;
  return {name, low / 2 + high / 2, high / kSpan - low / kSpan};
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

AnomalyInputs fit_anomaly_inputs(const AnomalyConfig& config, double rate_hz,
                                 const std::vector<AnomalyWindow>& windows, ThreadPool& pool) {
  AnomalyInputs inputs;
  inputs.raw = config.chosen_method() == train::AnomalyMethod::lstm;
  inputs.hop = config.hop_samples();
  SensorConfig sensors = sensor_config(config);
  const auto own = static_cast<size_t>(config.channels()), all = own + config.context.size();
  for (size_t c = 0; c < config.context.size(); ++c) {
    inputs.contexts.push_back(fit_context(config.context[c], own + c, all, windows));
    if (inputs.raw) sensors.data.sensors.push_back({config.context[c], 1, 0, "", 0});
  }
  const size_t channels = inputs.raw ? all : own;
  std::vector<data::Channel> names;
  for (const Sensor& sensor : sensors.data.sensors) {
    for (int32_t c = 0; c < sensor.channels; ++c) {
      const std::string axis = sensor.channels == 1   ? ""
                               : sensor.channels <= 3 ? std::string(".") + "xyz"[c]
                                                      : fmt::format(".{}", c);
      names.push_back({sensor.name + axis, sensor.unit});
    }
  }
  std::vector<std::vector<float>> owned;
  for (const AnomalyWindow& window : windows) owned.push_back(sensed(window, channels, all));
  inputs.front_end = fit_front_end(sensors, names, rate_hz, {owned.begin(), owned.end()}, pool);
  if (inputs.raw) return inputs;
  const SensorFeatures features(inputs.front_end);
  int32_t channel = 0;
  for (const Sensor& sensor : config.sensors) {
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

std::vector<int16_t> AnomalyRows::sensed_counts(AnomalyWindow instants) const {
  const auto channels = static_cast<size_t>(inputs_.sensed()), all = channels + inputs_.contexts.size();
  const std::vector<float>& unit = inputs_.front_end.frame().unit;
  std::vector<int16_t> counts;
  for (size_t i = 0; i < instants.size(); ++i) {
    const size_t channel = i % all;
    if (channel < channels) counts.push_back(to_sensor_count(instants[i], unit[channel]));
  }
  return counts;
}

std::vector<int16_t> AnomalyRows::counts(AnomalyWindow window) const {
  const auto channels = static_cast<size_t>(inputs_.front_end.channels());
  if (!inputs_.raw) return features_.to_counts(sensed(window, channels, channels + inputs_.contexts.size()));
  std::vector<int16_t> counts = features_.to_counts(window);
  const size_t samples = counts.size() / channels, hop = static_cast<size_t>(inputs_.hop);
  for (size_t c = static_cast<size_t>(inputs_.sensed()); c < channels; ++c) {
    for (size_t t = 0; t < samples; ++t) {
      const size_t newest = samples - 1 - (samples - 1 - t) / hop * hop;
      counts[t * channels + c] =
          device::to_count(window[newest * channels + c], inputs_.front_end.frame().unit[c]);
    }
  }
  return counts;
}

std::vector<int8_t> AnomalyRows::row(AnomalyWindow window) const {
  const std::vector<int16_t> counts = this->counts(window);
  std::vector<int8_t> row(static_cast<size_t>(elements(shape_)));
  const auto own = static_cast<size_t>(features_.size()),
             channels = static_cast<size_t>(inputs_.front_end.channels());
  features_.extractor().extract(counts, std::span(row).first(own));
  if (inputs_.raw) return row;
  size_t next = own;
  for (const AnomalyInputs::Level& level : inputs_.levels) {
    const int32_t sum = sum_of_counts(counts, static_cast<size_t>(level.channel), channels);
    row[next++] = device::quantize_feature(sum, level.affine.data());
  }
  const AnomalyWindow newest = window.last(inputs_.contexts.size());
  for (size_t c = 0; c < inputs_.contexts.size(); ++c) {
    row[next++] = device::to_context(newest[c], inputs_.contexts[c].offset, inputs_.contexts[c].scale);
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
