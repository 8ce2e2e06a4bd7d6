// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/sensor_augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

/// Where each sample of the copy is read, in samples of the recording.
std::vector<double> warped_times(size_t begin, size_t length, const SensorAugment& options, Random& random) {
  const double n = static_cast<double>(length);
  const double speed = 1 + random.uniform(-options.speed, options.speed);
  const double shift = n * random.uniform(-options.shift, options.shift);
  // A sine of one period or two in place of an even clock; its steepest slope is `bend`.
  const double periods = 1 + static_cast<double>(random.below(2));
  const double bend = random.uniform(-options.warp, options.warp);
  const double phase = random.uniform(0, 2 * std::numbers::pi);
  const double cycle = 2 * std::numbers::pi * periods / n;
  const double middle = static_cast<double>(begin) + (n - 1) / 2;
  std::vector<double> times(length);
  for (size_t i = 0; i < length; ++i) {
    const double x = static_cast<double>(i);
    const double bent = bend / cycle * (std::sin(cycle * x + phase) - std::sin(phase));
    times[i] = middle + shift + speed * (x - (n - 1) / 2) + bent;
  }
  return times;
}

std::vector<float> read_at(const SensorRecording& recording, const std::vector<double>& times) {
  const size_t channels = recording.channels.size();
  const double last = static_cast<double>(recording.samples() - 1);
  std::vector<float> values(times.size() * channels);
  for (size_t i = 0; i < times.size(); ++i) {
    const double t = std::clamp(times[i], 0.0, last);
    const size_t before = static_cast<size_t>(t);
    const size_t after = std::min(before + 1, recording.samples() - 1);
    const float share = static_cast<float>(t - static_cast<double>(before));
    for (size_t c = 0; c < channels; ++c) {
      const float a = recording.values[before * channels + c], b = recording.values[after * channels + c];
      values[i * channels + c] = a + share * (b - a);
    }
  }
  return values;
}

using Rotation = std::array<std::array<double, 3>, 3>;

/// About a random axis, by Rodrigues' formula.
Rotation random_rotation(double most_degrees, Random& random) {
  std::array<double, 3> axis{random.normal(), random.normal(), random.normal()};
  const double norm = std::hypot(axis[0], axis[1], axis[2]) + 1e-12;
  for (double& a : axis) a /= norm;
  const double angle = random.uniform(0, most_degrees) * std::numbers::pi / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  const auto [x, y, z] = axis;
  return {{{c + x * x * (1 - c), x * y * (1 - c) - z * s, x * z * (1 - c) + y * s},
           {y * x * (1 - c) + z * s, c + y * y * (1 - c), y * z * (1 - c) - x * s},
           {z * x * (1 - c) - y * s, z * y * (1 - c) + x * s, c + z * z * (1 - c)}}};
}

}  // namespace

std::vector<float> augment_window(const SensorRecording& recording, size_t begin, size_t length,
                                  std::span<const int32_t> sensors, std::span<const float> mean,
                                  std::span<const float> deviation, const SensorAugment& options,
                                  Random& random) {
  const size_t channels = recording.channels.size();
  TINYML_CHECK(mean.size() == channels && deviation.size() == channels &&
               begin + length <= recording.samples());
  std::vector<float> values = read_at(recording, warped_times(begin, length, options, random));
  const Rotation rotation = random_rotation(options.rotation_degrees, random);
  size_t first = 0;
  for (const int32_t count : sensors) {
    const auto own = static_cast<size_t>(count);
    const auto gain = static_cast<float>(1 + random.uniform(-options.scaling, options.scaling));
    for (size_t i = first; i < values.size(); i += channels) {
      if (own == 3 && options.rotation_degrees > 0) {
        const double v[3] = {values[i], values[i + 1], values[i + 2]};
        for (size_t a = 0; a < 3; ++a) {
          values[i + a] =
              static_cast<float>(rotation[a][0] * v[0] + rotation[a][1] * v[1] + rotation[a][2] * v[2]);
        }
      }
      for (size_t c = 0; c < own; ++c) {
        const float middle = mean[first + c];
        values[i + c] = middle + gain * (values[i + c] - middle);
      }
    }
    first += own;
  }
  TINYML_CHECK(first == channels);
  for (size_t c = 0; options.offset > 0 && c < channels; ++c) {
    const double moved = random.uniform(-options.offset, options.offset) * static_cast<double>(deviation[c]);
    for (size_t i = c; i < values.size(); i += channels) values[i] += static_cast<float>(moved);
  }
  if (options.jitter > 0) {
    const double amount = random.uniform(0, options.jitter);
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] +=
          static_cast<float>(amount * static_cast<double>(deviation[i % channels]) * random.normal());
    }
  }
  return values;
}

}  // namespace tinyml::data
