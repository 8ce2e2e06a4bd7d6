// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_features.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tinyml/base/error.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::project {
namespace {

constexpr float kLevels = 32;       // of int8, a standard deviation
constexpr double kCounts = 32767;   // of int16, a full scale
constexpr size_t kMeasured = 4000;  // windows that means and deviations are taken of, at most

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

/// Visits the attributes of a sensors' front end.
template <class Op, class Visit>
decltype(auto) visit_sensor(Op& op, Visit visit) {
  return std::visit(
      [&](auto& attributes) -> decltype(visit(std::get<Raw>(op))) {
        if constexpr (requires { attributes.frame.unit; }) {
          return visit(attributes);
        } else {
          TINYML_CHECK(!"a sensors' front end");
          std::abort();
        }
      },
      op);
}

/// Readings -> features in physical units, alone.
Graph float_graph(const SensorFrontEnd& front_end) {
  Graph graph;
  graph.name = "features";
  graph.inputs = {graph.add({"samples", DType::float32, {1, front_end.window_values()}, {}, nullptr})};
  graph.outputs = {graph.add({"features", DType::float32, {}, {}, nullptr})};
  graph.nodes = {{front_end.op, graph.inputs, graph.outputs}};
  ops::infer(graph);
  return graph;
}

Operator make_operator(const SensorConfig& config, const SensorFrame& window) {
  const SensorConfig::Features& f = config.features;
  SensorFrame frame = window;
  if (f.kind == SensorFeatureKind::raw) {
    frame.samples = frame.hop = 1;
    return Raw{frame, {}, {}};
  }
  if (f.frame_samples > window.samples) {
    reject(fmt::format("frame_samples ({}) are more than the window's {}", f.frame_samples, window.samples));
  }
  if (f.frame_samples > 0) frame.samples = f.frame_samples;
  frame.hop = f.hop_samples > 0 ? f.hop_samples : frame.samples;
  if (f.kind == SensorFeatureKind::flatten) {
    FlattenStatistics op;
    op.frame = frame;
    return op;
  }
  if (f.kind == SensorFeatureKind::wavelet) return Wavelet{frame, f.wavelet, f.levels, {}, {}};
  Spectral op;
  op.frame = frame;
  op.filter = f.filter;
  op.cutoff_hz = static_cast<float>(f.cutoff_hz);
  op.order = f.order;
  op.fft_size = f.fft_size;
  op.overlap = f.overlap;
  op.log = f.log;
  return op;
}

std::vector<Sensor> resolve_sensors(const SensorConfig& config, const std::vector<data::Channel>& channels) {
  std::vector<Sensor> sensors = config.data.sensors;
  if (sensors.empty()) {
    for (const data::Channel& channel : channels) sensors.push_back({channel.name, 1, 0, channel.unit, 0});
    return sensors;
  }
  if (config.channels() == static_cast<int32_t>(channels.size())) return sensors;
  std::string names, wanted;
  for (const data::Channel& channel : channels) names += (names.empty() ? "" : ", ") + channel.name;
  for (const Sensor& sensor : sensors) {
    wanted += fmt::format("{}{} {}", wanted.empty() ? "" : ", ", sensor.name, sensor.channels);
  }
  reject(fmt::format("the data has {} channels ({}), the sensors have {} ({})", channels.size(), names,
                     config.channels(), wanted));
}

void check_channels(const std::vector<data::Channel>& channels, const std::vector<WindowValues>& windows) {
  for (size_t c = 0; c < channels.size(); ++c) {
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (const WindowValues& window : windows) {
      for (size_t i = c; i < window.size(); i += channels.size()) {
        if (!std::isfinite(window[i])) {
          reject(fmt::format("channel \"{}\" has a reading that is not finite", channels[c].name));
        }
        low = std::min(low, window[i]);
        high = std::max(high, window[i]);
      }
    }
    if (low == high) {
      reject(
          fmt::format("channel \"{}\" is always {:g} in the training windows; leave it out or record it "
                      "while it changes",
                      channels[c].name, low));
    }
  }
}

/// A channel's readings, in 16 bits, need a largest one that is not out of all proportion. Errors:
/// invalid_argument.
void check_largest(const Sensor& sensor, const std::vector<WindowValues>& windows, size_t channel,
                   size_t channels, double largest) {
  std::vector<float> sizes;
  for (const WindowValues& window : windows) {
    for (size_t i = channel; i < window.size(); i += channels) sizes.push_back(std::abs(window[i]));
  }
  const auto usual = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 999 / 1000);
  std::nth_element(sizes.begin(), usual, sizes.end());
  if (*usual > 0 && largest > kCounts * double{*usual}) {
    reject(
        fmt::format("sensor \"{}\": a reading of {:g}, where 99.9 % of them stay within {:g}, leaves the "
                    "others less than one step of 16 bits; remove it, or give the sensor's range",
                    sensor.name, largest, *usual));
  }
}

std::vector<float> units_of(const std::vector<Sensor>& sensors, double headroom,
                            const std::vector<WindowValues>& windows, size_t channels) {
  std::vector<double> largest(channels);
  for (const WindowValues& window : windows) {
    for (size_t i = 0; i < window.size(); ++i) {
      largest[i % channels] = std::max(largest[i % channels], std::abs(static_cast<double>(window[i])));
    }
  }
  std::vector<float> units;
  for (const Sensor& sensor : sensors) {
    const auto first = largest.begin() + static_cast<std::ptrdiff_t>(units.size());
    const double most = *std::max_element(first, first + sensor.channels);
    for (int32_t c = 0; sensor.range <= 0 && c < sensor.channels; ++c) {
      const size_t channel = units.size() + static_cast<size_t>(c);
      check_largest(sensor, windows, channel, channels, largest[channel]);
    }
    const double full_scale = sensor.range > 0 ? sensor.range : headroom * most;
    units.insert(units.end(), static_cast<size_t>(sensor.channels), static_cast<float>(full_scale / kCounts));
  }
  return units;
}

struct Moments {
  std::vector<double> sum, squares;
  double count = 0;

  explicit Moments(size_t features) : sum(features), squares(features) {}
  template <class Value>
  void add(std::span<const Value> row) {
    for (size_t i = 0; i < row.size(); ++i) {
      const auto value = static_cast<double>(row[i]);
      sum[i] += value;
      squares[i] += value * value;
    }
    ++count;
  }
  double mean(size_t i) const { return sum[i] / count; }
  double deviation(size_t i) const {
    return std::sqrt(std::max(0.0, squares[i] / count - mean(i) * mean(i)));
  }
};

/// Of the float32 features of what int16 leaves of the windows.
Moments float_moments(const SensorFeatures& features, const std::vector<WindowValues>& windows,
                      ThreadPool& pool) {
  const SensorFrame& frame = features.front_end().frame();
  run::FloatEngine engine(float_graph(features.front_end()), 1, pool);
  const auto row = static_cast<size_t>(features.shape().at(2)), channels = frame.unit.size();
  Moments moments(row);
  for (const WindowValues& window : windows) {
    const std::vector<int16_t> counts = features.to_counts(window);
    for (size_t i = 0; i < counts.size(); ++i) {
      engine.input()[i] = static_cast<float>(counts[i]) * frame.unit[i % channels];
    }
    engine.forward(false, 0, 1);
    for (size_t i = 0; i < engine.output().size(); i += row) moments.add(engine.output().subspan(i, row));
  }
  return moments;
}

void set_standardisation(SensorFrontEnd& front_end, std::vector<float> offset, std::vector<float> scale) {
  visit_sensor(front_end.op, [&](auto& op) {
    op.offset = std::move(offset);
    op.scale = std::move(scale);
  });
}

/// First from the float features, with room to spare; then from the int8 that the kernel gives with these.
void standardise(SensorFrontEnd& front_end, const std::vector<WindowValues>& windows, ThreadPool& pool) {
  constexpr double kRoom = 4;
  const SensorFeatures unscaled(front_end);
  const Moments reference = float_moments(unscaled, windows, pool);
  const auto row = static_cast<size_t>(unscaled.shape().at(2));
  std::vector<float> offset, scale;
  for (size_t i = 0; i < row; ++i) {
    const double mean = reference.mean(i), deviation = reference.deviation(i);
    // A feature that does not change on the training windows counts in its own unit.
    const bool constant = !(deviation > 1e-6 * std::abs(mean) + 1e-12);
    offset.push_back(static_cast<float>(mean));
    scale.push_back(static_cast<float>((constant ? 1 : deviation) * kRoom / static_cast<double>(kLevels)));
  }
  // The kernel's fixed point may spread a feature less than float64 does: look closer until it fills int8.
  constexpr int kLooks = 3;
  for (int look = 1; look <= kLooks; ++look) {
    set_standardisation(front_end, offset, scale);
    const SensorFeatures roomy(front_end);
    Moments measured(row);
    for (const std::vector<int8_t>& features : roomy.extract(windows, pool)) {
      for (size_t i = 0; i < features.size(); i += row) measured.add(std::span(features).subspan(i, row));
    }
    for (size_t i = 0; i < row; ++i) {
      const double level = static_cast<double>(scale[i]), levels = measured.deviation(i);
      offset[i] = static_cast<float>(static_cast<double>(offset[i]) + level * measured.mean(i));
      const double room = look < kLooks ? kRoom : 1;
      const double spread = levels > 0 ? std::max(levels, 0.25) : static_cast<double>(kLevels) / kRoom;
      scale[i] = static_cast<float>(level * spread * room / static_cast<double>(kLevels));
    }
  }
  set_standardisation(front_end, std::move(offset), std::move(scale));
}

}  // namespace

const SensorFrame& SensorFrontEnd::frame() const {
  return visit_sensor(op, [](const auto& attributes) -> const SensorFrame& { return attributes.frame; });
}

std::string SensorFrontEnd::describe_window() const {
  if (!has_clock) return fmt::format("{} samples without a clock", window_samples);
  const double rate_hz = frame().rate_hz;
  const std::string slow = rate_hz < 1 ? fmt::format(" (one every {:.4g} s)", 1 / rate_hz) : "";
  return fmt::format("{} samples at {:.4g} Hz{}", window_samples, rate_hz, slow);
}

SensorFrontEnd fit_front_end(const SensorConfig& config, const std::vector<data::Channel>& channels,
                             double rate_hz, const std::vector<WindowValues>& windows, ThreadPool& pool) {
  if (windows.empty()) reject("there is no training window");
  SensorFrontEnd front_end;
  front_end.sensors = resolve_sensors(config, channels);
  front_end.window_samples = config.window_at(rate_hz);
  SensorFrame frame;
  frame.channels = static_cast<int32_t>(channels.size());
  frame.samples = frame.hop = front_end.window_samples;
  front_end.has_clock = rate_hz > 0;
  frame.rate_hz = static_cast<float>(rate_hz > 0 ? rate_hz : 1);
  for (const WindowValues& window : windows) {
    TINYML_CHECK(window.size() == static_cast<size_t>(frame.samples) * channels.size());
  }
  check_channels(channels, windows);
  frame.unit = units_of(front_end.sensors, config.features.headroom, windows, channels.size());
  front_end.op = make_operator(config, frame);
  std::vector<WindowValues> measured;
  const size_t used = std::min(windows.size(), kMeasured);
  for (size_t i = 0; i < used; ++i) measured.push_back(windows[i * windows.size() / used]);
  standardise(front_end, measured, pool);
  return front_end;
}

SensorFeatures::SensorFeatures(SensorFrontEnd front_end)
    : front_end_(std::move(front_end)), extractor_(front_end_.op, front_end_.window_values()) {}

int16_t to_sensor_count(float reading, float unit) {
  const double count = std::round(static_cast<double>(reading) / static_cast<double>(unit));
  return static_cast<int16_t>(std::clamp(count, -32768.0, 32767.0));
}

std::vector<int16_t> SensorFeatures::to_counts(WindowValues values) const {
  const std::vector<float>& unit = front_end_.frame().unit;
  TINYML_CHECK(values.size() % unit.size() == 0);
  std::vector<int16_t> counts(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    counts[i] = to_sensor_count(values[i], unit[i % unit.size()]);
  }
  return counts;
}

std::vector<int8_t> SensorFeatures::extract(WindowValues values) const {
  std::vector<int8_t> features(static_cast<size_t>(size()));
  extractor_.extract(to_counts(values), features);
  return features;
}

std::vector<std::vector<int8_t>> SensorFeatures::extract(const std::vector<WindowValues>& windows,
                                                         ThreadPool& pool) const {
  std::vector<std::vector<int8_t>> features(windows.size());
  pool.run(windows.size(), [&](size_t i, int) { features[i] = extract(windows[i]); });
  return features;
}

Quantization sensor_feature_quantization() { return {{1 / kLevels}, {0}, 0}; }

}  // namespace tinyml::project
