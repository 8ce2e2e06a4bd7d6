// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/window.h"

#include <algorithm>

#include "tinyml/base/error.h"

namespace tinyml::data {

int64_t window_start(std::span<const int16_t> samples, int32_t window_samples) {
  TINYML_CHECK(window_samples > 0);
  const int64_t size = static_cast<int64_t>(samples.size());
  const int64_t spare = size - window_samples;
  if (spare <= 0) return -(-spare / 2);
  const auto energy = [&](int64_t i) {
    const int64_t sample = samples[static_cast<size_t>(i)];
    return sample * sample;
  };
  int64_t sum = 0;
  for (int64_t i = 0; i < window_samples; ++i) sum += energy(i);
  int64_t most = sum;
  int64_t best = 0;
  for (int64_t start = 1; start <= spare; ++start) {
    sum += energy(start + window_samples - 1) - energy(start - 1);
    if (sum > most) {
      most = sum;
      best = start;
    }
  }
  return best;
}

std::vector<int16_t> cut_window(std::span<const int16_t> samples, int64_t start, int32_t window_samples) {
  TINYML_CHECK(window_samples > 0);
  std::vector<int16_t> window(static_cast<size_t>(window_samples), 0);
  const int64_t from = std::max<int64_t>(start, 0);
  const int64_t to = std::min<int64_t>(start + window_samples, static_cast<int64_t>(samples.size()));
  if (from < to) std::copy(samples.begin() + from, samples.begin() + to, window.begin() + (from - start));
  return window;
}

std::vector<int16_t> fit_window(std::span<const int16_t> samples, int32_t window_samples) {
  return cut_window(samples, window_start(samples, window_samples), window_samples);
}

}  // namespace tinyml::data
