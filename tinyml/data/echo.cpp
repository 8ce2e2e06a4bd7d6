// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/echo.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyml/data/noise.h"

namespace tinyml::data {

void add_echo(std::span<float> signal, int32_t sample_rate_hz, Random& random) {
  constexpr double kImpulsesPerSecond = 1200;
  const double rate_hz = sample_rate_hz;
  const double decay_s = random.uniform(0.15, 0.6);
  const double first_s = random.uniform(0.002, 0.012);
  const double level = from_decibels(random.uniform(-20, -3));

  struct Impulse {
    size_t delay;
    float gain;
  };
  std::vector<Impulse> impulses;
  double power = 0;
  for (double slot = first_s; slot < decay_s; slot += 1 / kImpulsesPerSecond) {
    const double at = slot + random.uniform() / kImpulsesPerSecond;
    const double gain = std::pow(10.0, -3 * at / decay_s) * (random.below(2) ? 1 : -1);
    impulses.push_back({static_cast<size_t>(at * rate_hz), static_cast<float>(gain)});
    power += gain * gain;
  }
  if (power <= 0) return;
  const float scale = static_cast<float>(level / std::sqrt(power));
  const std::vector<float> dry(signal.begin(), signal.end());
  for (const Impulse& impulse : impulses) {
    const float gain = impulse.gain * scale;
    const size_t count = signal.size() - std::min(signal.size(), impulse.delay);
    for (size_t i = 0; i < count; ++i) signal[impulse.delay + i] += dry[i] * gain;
  }
}

}  // namespace tinyml::data
