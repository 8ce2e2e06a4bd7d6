// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/data/sensor_recording.h"

namespace tinyml {

/// A machine's vibration on two axes, its temperature, and the speed that both follow, at 100 Hz; `worn` adds
/// a tone to the axes and heat.
inline data::SensorRecording machine(size_t samples, uint64_t seed, bool worn = false,
                                     bool with_speed = true) {
  Random random(seed);
  data::SensorRecording recording;
  recording.rate_hz = 100;
  recording.channels = {{"x", "g"}, {"y", "g"}, {"temperature", "Cel"}};
  if (with_speed) recording.channels.push_back({"speed", ""});
  double angle = 0;
  for (size_t n = 0; n < samples; ++n) {
    const double speed = with_speed ? 1 + 0.5 * std::sin(0.004 * static_cast<double>(n)) : 1;
    angle += 0.6 * speed;
    const double tone = worn ? 0.8 * std::sin(2.7 * angle) : 0;
    recording.values.push_back(static_cast<float>(speed * std::sin(angle) + tone + 0.2 * random.normal()));
    recording.values.push_back(
        static_cast<float>(1 + speed * std::cos(angle) + tone + 0.2 * random.normal()));
    recording.values.push_back(static_cast<float>(40 + 4 * speed + (worn ? 9 : 0) + 0.2 * random.normal()));
    if (with_speed) recording.values.push_back(static_cast<float>(speed));
  }
  return recording;
}

}  // namespace tinyml
