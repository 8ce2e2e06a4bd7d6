// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/augment.h"

#include <algorithm>
#include <set>

#include "tests/data/clips.h"
#include "tinyml/data/noise.h"
#include "tinyml/data/window.h"

namespace tinyml::data {
namespace {

using Backgrounds = std::vector<std::vector<int16_t>>;

AugmentOptions nothing() {
  AugmentOptions o;
  o.speed_low = o.speed_high = 1;
  o.shift_ms = 0;
  o.equaliser_probability = 0;
  o.gain_low_db = o.gain_high_db = 0;
  o.noise_probability = 0;
  return o;
}

double power(const std::vector<int16_t>& samples) {
  const std::vector<float> floats(samples.begin(), samples.end());
  return mean_power(floats);
}

TEST(Augment, WithEverythingOffFitsTheWindow) {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const std::vector<int16_t> clip = random_samples(random.below(3000), random);
    EXPECT_EQ(augment(clip, 1000, {}, nothing(), random), fit_window(clip, 1000));
  }
}

TEST(Augment, IsTheSameForASeed) {
  Random data(2);
  const Backgrounds backgrounds{random_samples(40000, data), random_samples(300, data), {}};
  const std::vector<int16_t> clip = sine(700, 16000, 14000);
  std::set<std::vector<int16_t>> different;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random a(seed), b(seed);
    const std::vector<int16_t> once = augment(clip, 16000, backgrounds, {}, a);
    EXPECT_EQ(once, augment(clip, 16000, backgrounds, {}, b));
    EXPECT_EQ(once.size(), 16000u);
    EXPECT_EQ(a.next(), b.next());
    different.insert(once);
  }
  EXPECT_EQ(different.size(), 100u);
}

TEST(Augment, ShiftsWithinTheLimit) {
  AugmentOptions o = nothing();
  o.shift_ms = 100;
  std::vector<int16_t> clip(16000, 0);
  clip[8000] = 30000;
  Random random(3);
  int64_t lowest = 16000, highest = 0;
  for (int round = 0; round < 400; ++round) {
    const std::vector<int16_t> shifted = augment(clip, 16000, {}, o, random);
    const int64_t at = std::max_element(shifted.begin(), shifted.end()) - shifted.begin();
    lowest = std::min(lowest, at);
    highest = std::max(highest, at);
  }
  EXPECT_GE(lowest, 6400);
  EXPECT_LT(lowest, 6500);
  EXPECT_LE(highest, 9600);
  EXPECT_GT(highest, 9500);
}

TEST(Augment, MixesNoiseAtTheAskedRatio) {
  Random random(4);
  const std::vector<int16_t> clip = sine(700, 16000, 16000, 3000);
  for (const double recorded : {0.0, 1.0}) {
    for (const double snr_db : {-5.0, 0.0, 10.0, 20.0}) {
      AugmentOptions o = nothing();
      o.noise_probability = 1;
      o.recorded_noise_probability = recorded;
      o.snr_low_db = o.snr_high_db = snr_db;
      const Backgrounds backgrounds{random_samples(50000, random)};
      std::vector<int16_t> noise = augment(clip, 16000, backgrounds, o, random);
      for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<int16_t>(noise[i] - clip[i]);
      EXPECT_NEAR(10 * std::log10(power(clip) / power(noise)), snr_db, 0.3);
    }
  }
}

TEST(Augment, GivesSilenceSomeNoise) {
  Random random(5);
  AugmentOptions o;
  o.noise_probability = 1;
  const std::vector<int16_t> noisy = augment(std::vector<int16_t>(16000, 0), 16000, {}, o, random);
  EXPECT_GT(power(noisy), 0);
  EXPECT_LT(power(noisy), 2500.0 * 2500.0);
  const Backgrounds dead{std::vector<int16_t>(100, 0)};
  o.recorded_noise_probability = 1;
  EXPECT_EQ(power(augment(std::vector<int16_t>{}, 100, dead, o, random)), 0);
}

TEST(Augment, ChangesSpeedWithoutChangingTheSound) {
  AugmentOptions o = nothing();
  o.speed_low = o.speed_high = 1.1;
  Random random(6);
  const std::vector<int16_t> faster = augment(sine(500, 16000, 17600), 16000, {}, o, random);
  const std::vector<int16_t> ideal = sine(550, 16000, 16000);
  int worst = 0;
  for (size_t i = 0; i < 15990; ++i) worst = std::max(worst, std::abs(faster[i] - ideal[i]));
  EXPECT_LE(worst, 60) << "of 10,000: cubic interpolation at 500 Hz";
}

TEST(Augment, EqualiserIsGentle) {
  AugmentOptions o = nothing();
  o.equaliser_probability = 1;
  Random random(7);
  Random data(8);
  std::vector<int16_t> clip = random_samples(16000, data);
  for (int16_t& s : clip) s /= 16;
  for (int round = 0; round < 100; ++round) {
    const double change_db = 10 * std::log10(power(augment(clip, 16000, {}, o, random)) / power(clip));
    EXPECT_LE(std::abs(change_db), 12.1);
  }
}

TEST(Noise, FallsAsItsColourSays) {
  Random random(9);
  for (const auto& [color, per_octave] :
       {std::pair{NoiseColor::white, 0.0}, {NoiseColor::pink, -3.0}, {NoiseColor::brown, -6.0}}) {
    std::vector<float> noise(1 << 15);
    generate_noise(color, noise, random);
    EXPECT_NEAR(mean_power(noise), 1, 1e-3);
    const auto band_db = [&](double low, double high) {
      double sum = 0;
      int bins = 0;
      for (double f = low; f < high; f += (high - low) / 20, ++bins) {
        double re = 0, im = 0;
        for (size_t i = 0; i < noise.size(); ++i) {
          re += noise[i] * std::cos(2 * std::numbers::pi * f * static_cast<double>(i));
          im += noise[i] * std::sin(2 * std::numbers::pi * f * static_cast<double>(i));
        }
        sum += re * re + im * im;
      }
      return 10 * std::log10(sum / bins);
    };
    const double slope = (band_db(0.08, 0.12) - band_db(0.005, 0.0075)) / 4;
    EXPECT_NEAR(slope, per_octave, 1.0) << static_cast<int>(color);
  }
}

TEST(MaskFeatures, FillsRunsOfFramesAndBands) {
  Random random(10);
  AugmentOptions o;
  for (int round = 0; round < 200; ++round) {
    const int32_t frames = static_cast<int32_t>(1 + random.below(50));
    const int32_t bands = static_cast<int32_t>(1 + random.below(40));
    std::vector<int8_t> features(static_cast<size_t>(frames * bands), 5);
    mask_features(features, frames, bands, o, random, -128);
    std::vector<bool> frame_masked(static_cast<size_t>(frames), true),
        band_masked(static_cast<size_t>(bands), true);
    for (int32_t f = 0; f < frames; ++f) {
      for (int32_t b = 0; b < bands; ++b) {
        if (features[static_cast<size_t>(f * bands + b)] == 5) frame_masked[f] = band_masked[b] = false;
      }
    }
    int32_t whole_frames = 0, whole_bands = 0;
    for (int32_t f = 0; f < frames; ++f) whole_frames += frame_masked[f];
    for (int32_t b = 0; b < bands; ++b) whole_bands += band_masked[b];
    for (int32_t f = 0; f < frames; ++f) {
      for (int32_t b = 0; b < bands; ++b) {
        EXPECT_EQ(features[static_cast<size_t>(f * bands + b)] == -128, frame_masked[f] || band_masked[b]);
      }
    }
    EXPECT_TRUE(whole_frames == frames || whole_frames <= 2 * o.longest_time_mask_frames);
    EXPECT_TRUE(whole_bands == bands || whole_bands <= 2 * o.widest_frequency_mask_bands);
  }
}

}  // namespace
}  // namespace tinyml::data
