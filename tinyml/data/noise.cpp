// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/noise.h"

#include <cmath>

namespace tinyml::data {
namespace {

/// Near-normal: the sum of four uniform 16-bit numbers, centred.
float fast_normal(Random& random) {
  const uint64_t bits = random.next();
  const int32_t sum = static_cast<int32_t>(bits & 0xFFFF) + static_cast<int32_t>((bits >> 16) & 0xFFFF) +
                      static_cast<int32_t>((bits >> 32) & 0xFFFF) + static_cast<int32_t>(bits >> 48);
  return static_cast<float>(sum - 131070) * (1.0f / 37837.0f);
}

}  // namespace

NoiseColor random_color(Random& random) { return static_cast<NoiseColor>(random.below(3)); }

double mean_power(std::span<const float> samples) {
  double sum = 0;
  for (const float s : samples) sum += static_cast<double>(s) * s;
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

double from_decibels(double decibels) { return std::pow(10.0, decibels / 20.0); }

void generate_noise(NoiseColor color, std::span<float> out, Random& random) {
  switch (color) {
    case NoiseColor::white:
      for (float& sample : out) sample = fast_normal(random);
      break;
    case NoiseColor::pink: {
      // A sum of one-pole low-passes a factor of four apart falls 3 dB an octave between their corners.
      constexpr int kPoles = 6;
      float state[kPoles] = {};
      for (float& sample : out) {
        const float white = fast_normal(random);
        float sum = 0;
        float pole = 0.75f;
        float gain = 1.0f;
        for (float& s : state) {
          s += (white - s) * pole;
          sum += s * gain;
          pole *= 0.25f;
          gain *= 2.0f;
        }
        sample = sum;
      }
      break;
    }
    case NoiseColor::brown: {
      float level = 0;
      for (float& sample : out) sample = level = level * 0.998f + fast_normal(random);
      break;
    }
  }
  const double power = mean_power(out);
  const float scale = power > 0 ? static_cast<float>(1 / std::sqrt(power)) : 0.0f;
  for (float& sample : out) sample *= scale;
}

}  // namespace tinyml::data
