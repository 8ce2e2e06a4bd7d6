// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/arduino_sensors.h"

#include <fmt/core.h>

namespace tinyml::project {
namespace {

/// How the Nano 33 BLE reads these sensors; empty where it has others or samples them more slowly.
std::vector<firmware::ArduinoMotion> motion_of(const std::vector<Sensor>& sensors, double rate_hz) {
  constexpr double kFastest = 104, kGravity = 9.80665, kDegree = 0.017453292519943295;
  std::vector<firmware::ArduinoMotion> motion;
  for (const Sensor& sensor : sensors) {
    if (sensor.channels != 3 || rate_hz > kFastest) return {};
    if (sensor.name == "accelerometer") {
      motion.push_back({"readAcceleration", "accelerationAvailable", sensor.unit == "m/s2" ? kGravity : 1});
    } else if (sensor.name == "gyroscope") {
      motion.push_back({"readGyroscope", "gyroscopeAvailable", sensor.unit == "rad/s" ? kDegree : 1});
    } else {
      return {};
    }
  }
  return motion;
}

}  // namespace

void describe_sensors(firmware::ArduinoLibrary& library, const std::vector<Sensor>& sensors, double live_hz) {
  library.channels = 0;
  for (const Sensor& sensor : sensors) {
    library.channels += sensor.channels;
    for (int32_t c = 0; c < sensor.channels; ++c) {
      library.channel_names.push_back(sensor.channels == 1 ? sensor.name
                                                           : fmt::format("{}[{}]", sensor.name, c));
      library.channel_units.push_back(sensor.unit);
    }
  }
  library.live = live_hz > 0;
  if (library.live) library.motion = motion_of(sensors, live_hz);
}

}  // namespace tinyml::project
