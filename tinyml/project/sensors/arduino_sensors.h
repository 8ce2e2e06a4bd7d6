// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/firmware/arduino.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::project {

/// Gives a library the names and units of its channels and, where they are read at `live_hz` (0: they are
/// not), a sketch that samples them.
void describe_sensors(firmware::ArduinoLibrary& library, const std::vector<Sensor>& sensors, double live_hz);

}  // namespace tinyml::project
