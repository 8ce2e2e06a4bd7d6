// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tinyml/base/error.h"
#include "tinyml/data/noise.h"
#include "tinyml/data/window.h"

namespace tinyml::data {
namespace {

constexpr double kSilentPower = 25;  // a mean square below this, in steps of 16 bits, is silence

/// Catmull-Rom interpolation at `speed` input samples an output sample.
std::vector<int16_t> change_speed(std::span<const int16_t> samples, double speed) {
  const int64_t size = static_cast<int64_t>(samples.size());
  const int64_t count = std::max<int64_t>(1, std::llround(static_cast<double>(size) / speed));
  std::vector<int16_t> result(static_cast<size_t>(count));
  const auto at = [&](int64_t i) {
    return static_cast<float>(samples[static_cast<size_t>(std::clamp<int64_t>(i, 0, size - 1))]);
  };
  for (int64_t n = 0; n < count; ++n) {
    const double place = static_cast<double>(n) * speed;
    const int64_t i = static_cast<int64_t>(place);
    const float t = static_cast<float>(place - static_cast<double>(i));
    const bool inside = i >= 1 && i + 2 < size;
    const int16_t* p = samples.data() + i;
    const float a = inside ? p[-1] : at(i - 1);
    const float b = inside ? p[0] : at(i);
    const float c = inside ? p[1] : at(i + 1);
    const float d = inside ? p[2] : at(i + 2);
    const float value = b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    result[static_cast<size_t>(n)] =
        static_cast<int16_t>(std::lrintf(std::clamp(value, -32768.0f, 32767.0f)));
  }
  return result;
}

/// A peaking filter of R. Bristow-Johnson's Audio EQ Cookbook, Q 0.7, in place.
void equalise(std::span<float> signal, double frequency_hz, double gain_db, double sample_rate_hz) {
  const double a = std::pow(10.0, gain_db / 40);
  const double w = 2 * std::numbers::pi * frequency_hz / sample_rate_hz;
  const double alpha = std::sin(w) / (2 * 0.7);
  const double a0 = 1 + alpha / a;
  const float b0 = static_cast<float>((1 + alpha * a) / a0);
  const float b1 = static_cast<float>(-2 * std::cos(w) / a0);
  const float b2 = static_cast<float>((1 - alpha * a) / a0);
  const float a2 = static_cast<float>((1 - alpha / a) / a0);
  float s1 = 0, s2 = 0;
  for (float& sample : signal) {
    const float in = sample;
    const float out = b0 * in + s1;
    s1 = b1 * in - b1 * out + s2;
    s2 = b2 * in - a2 * out;
    sample = out;
  }
}

void fill_noise(std::span<float> noise, const std::vector<std::vector<int16_t>>& backgrounds,
                double recorded_probability, Random& random) {
  const bool recorded = random.uniform() < recorded_probability;
  if (recorded && !backgrounds.empty()) {
    const std::vector<int16_t>& source = backgrounds[random.below(backgrounds.size())];
    if (!source.empty()) {
      size_t at =
          random.below(source.size() > noise.size() ? source.size() - noise.size() + 1 : source.size());
      for (float& sample : noise) {
        sample = source[at];
        at = at + 1 == source.size() ? 0 : at + 1;
      }
      return;
    }
  }
  generate_noise(random_color(random), noise, random);
}

void add_noise(std::span<float> signal, const std::vector<std::vector<int16_t>>& backgrounds,
               const AugmentOptions& options, Random& random) {
  std::vector<float> noise(signal.size());
  fill_noise(noise, backgrounds, options.recorded_noise_probability, random);
  const double noise_power = mean_power(noise);
  const double power = mean_power(signal);
  const double snr_db = random.uniform(options.snr_low_db, options.snr_high_db);
  const double silent_level = 32768 * from_decibels(random.uniform(-70, -25));
  if (noise_power <= 0) return;
  const double level = power < kSilentPower ? silent_level : std::sqrt(power) / from_decibels(snr_db);
  const float scale = static_cast<float>(level / std::sqrt(noise_power));
  for (size_t i = 0; i < signal.size(); ++i) signal[i] += noise[i] * scale;
}

struct Run {
  int32_t from, to;
};

Run random_run(int32_t size, int32_t longest, Random& random) {
  const int32_t length =
      static_cast<int32_t>(random.below(static_cast<uint64_t>(std::max(0, std::min(longest, size / 2)) + 1)));
  const int32_t from = static_cast<int32_t>(random.below(static_cast<uint64_t>(size - length + 1)));
  return {from, from + length};
}

}  // namespace

std::vector<int16_t> augment(std::span<const int16_t> samples, int32_t window_samples,
                             const std::vector<std::vector<int16_t>>& backgrounds,
                             const AugmentOptions& options, Random& random) {
  TINYML_CHECK(options.speed_low > 0 && options.speed_low <= options.speed_high);
  TINYML_CHECK(options.sample_rate_hz > 0);
  const double rate_hz = options.sample_rate_hz;
  const double speed = random.uniform(options.speed_low, options.speed_high);
  std::vector<int16_t> faster;
  if (speed != 1 && !samples.empty()) {
    faster = change_speed(samples, speed);
    samples = faster;
  }
  const double shift_ms = random.uniform(-options.shift_ms, options.shift_ms);
  const int64_t start = window_start(samples, window_samples) + std::llround(shift_ms * rate_hz / 1000);
  const std::vector<int16_t> window = cut_window(samples, start, window_samples);

  std::vector<float> signal(window.begin(), window.end());
  if (random.uniform() < options.equaliser_probability) {
    for (int i = 0; i < 2; ++i) {
      const double octaves = std::log2(0.35 * rate_hz / 100);
      const double frequency_hz = 100 * std::exp2(random.uniform(0, std::max(octaves, 0.0)));
      const double gain_db = random.uniform(-options.equaliser_db, options.equaliser_db);
      equalise(signal, std::min(frequency_hz, 0.4 * rate_hz), gain_db, rate_hz);
    }
  }
  const float gain =
      static_cast<float>(from_decibels(random.uniform(options.gain_low_db, options.gain_high_db)));
  for (float& sample : signal) sample *= gain;
  if (random.uniform() < options.noise_probability) add_noise(signal, backgrounds, options, random);

  std::vector<int16_t> result(signal.size());
  for (size_t i = 0; i < signal.size(); ++i) {
    result[i] = static_cast<int16_t>(std::lrintf(std::clamp(signal[i], -32768.0f, 32767.0f)));
  }
  return result;
}

void mask_features(std::span<int8_t> features, int32_t frames, int32_t bands, const AugmentOptions& options,
                   Random& random, int8_t fill) {
  TINYML_CHECK(frames > 0 && bands > 0);
  TINYML_CHECK(features.size() == static_cast<size_t>(frames) * static_cast<size_t>(bands));
  for (int32_t i = 0; i < options.time_masks; ++i) {
    const Run run = random_run(frames, options.longest_time_mask_frames, random);
    std::fill(features.begin() + ptrdiff_t{run.from} * bands, features.begin() + ptrdiff_t{run.to} * bands,
              fill);
  }
  for (int32_t i = 0; i < options.frequency_masks; ++i) {
    const Run run = random_run(bands, options.widest_frequency_mask_bands, random);
    for (int32_t f = 0; f < frames; ++f) {
      const auto row = features.begin() + ptrdiff_t{f} * bands;
      std::fill(row + run.from, row + run.to, fill);
    }
  }
}

}  // namespace tinyml::data
