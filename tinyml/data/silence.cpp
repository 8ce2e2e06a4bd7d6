// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/silence.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tinyml/base/random.h"
#include "tinyml/data/noise.h"

namespace tinyml::data {
namespace {

constexpr double kLongestBlockSeconds = 5;

struct Stretch {
  size_t background, from, to;
};

std::vector<int16_t> scaled(const int16_t* samples, size_t count, double gain) {
  std::vector<int16_t> clip(count);
  for (size_t i = 0; i < count; ++i) clip[i] = static_cast<int16_t>(std::lrint(samples[i] * gain));
  return clip;
}

std::vector<int16_t> generated(size_t count, Random& random) {
  std::vector<int16_t> clip(count, 0);
  if (random.below(10) == 0) return clip;
  std::vector<float> noise(count);
  generate_noise(random_color(random), noise, random);
  const double level = 32768 * from_decibels(random.uniform(-70, -35));
  for (size_t i = 0; i < count; ++i) {
    clip[i] = static_cast<int16_t>(std::lrint(std::clamp(noise[i] * level, -32768.0, 32767.0)));
  }
  return clip;
}

}  // namespace

void append_silence(Dataset& dataset, size_t clips, size_t clip_samples, double validation_fraction,
                    double test_fraction) {
  const std::array<double, 3> fraction{1 - validation_fraction - test_fraction, validation_fraction,
                                       test_fraction};
  std::array<std::vector<Stretch>, 3> stretches;
  for (size_t b = 0; b < dataset.background.size(); ++b) {
    const size_t size = dataset.background[b].size();
    double end = 0;
    size_t from = 0;
    for (size_t s = 0; s < 3; ++s) {
      end += fraction[s];
      const size_t to = s == 2 ? size : static_cast<size_t>(end * static_cast<double>(size));
      if (to >= from + clip_samples) stretches[s].push_back({b, from, to});
      from = to;
    }
  }

  const Random seed(0x51135CE);
  for (size_t s = 0; s < 3; ++s) {
    if (fraction[s] <= 0) continue;
    const size_t count =
        std::max<size_t>(1, static_cast<size_t>(std::llround(static_cast<double>(clips) * fraction[s])));
    for (size_t i = 0; i < count; ++i) {
      Random random = seed.fork(s << 32 | i);
      Recording clip;
      clip.label = "silence";
      clip.split = static_cast<Split>(s);
      if (stretches[s].empty()) {
        clip.word = "generated noise";
        clip.group = fmt::format("silence/{}-{}", name_of(clip.split), i);
        clip.samples = generated(clip_samples, random);
      } else {
        const Stretch& stretch = stretches[s][i % stretches[s].size()];
        const size_t at = stretch.from + random.below(stretch.to - stretch.from - clip_samples + 1);
        const size_t block =
            std::max(clip_samples, static_cast<size_t>(kLongestBlockSeconds * dataset.sample_rate_hz));
        clip.word = "background";
        clip.group = fmt::format("background/{}-{}-{}", stretch.background, s, (at - stretch.from) / block);
        clip.samples =
            scaled(&dataset.background[stretch.background][at], clip_samples, random.uniform(0.05, 1.0));
      }
      dataset.recordings.push_back(std::move(clip));
    }
  }

  std::vector<std::vector<int16_t>> kept;
  for (const Stretch& stretch : stretches[0]) {
    const std::vector<int16_t>& whole = dataset.background[stretch.background];
    kept.emplace_back(whole.begin() + static_cast<ptrdiff_t>(stretch.from),
                      whole.begin() + static_cast<ptrdiff_t>(stretch.to));
  }
  if (!dataset.background.empty()) dataset.background = std::move(kept);
}

}  // namespace tinyml::data
