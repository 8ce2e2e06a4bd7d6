// SPDX-License-Identifier: Apache-2.0
#include "kws.h"

#include <string.h>

#include "tinyml/device/nn/softmax.h"

namespace kws {

const char* const labels[] = {"quiet", "low", "high"};

namespace {

constexpr int32_t hops = (window_samples + hop_samples - 1) / hop_samples;
int16_t window[hops * hop_samples];
int8_t scores[classes];

int8_t clamp(int32_t value) { return static_cast<int8_t>(value < -128 ? -128 : value > 127 ? 127 : value); }

}  // namespace

void reset() { memset(window, 0, sizeof window); }

void push(const int16_t* samples) {
  memmove(window, window + hop_samples, sizeof window - hop_samples * sizeof samples[0]);
  memcpy(window + (hops - 1) * hop_samples, samples, hop_samples * sizeof samples[0]);
}

const int8_t* classify() {
  int32_t loudness = 0, crossings = 0;
  for (int32_t i = 1; i < hops * hop_samples; ++i) {
    loudness += window[i] < 0 ? -window[i] : window[i];
    crossings += (window[i] < 0) != (window[i - 1] < 0);
  }
  loudness /= hops * hop_samples;
  scores[0] = clamp(127 - loudness / 4);
  scores[1] = clamp(loudness / 8 - crossings - 128);
  scores[2] = clamp(loudness / 80 + crossings / 4 - 128);
  return scores;
}

}  // namespace kws
