// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the files tinyml.toml of sensor projects and of anomaly detectors share.

#include <string>
#include <string_view>
#include <vector>

#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::project {

/// "key = value  # note": a TOML value, and what it means to people.
std::string toml_line(std::string_view key, const std::string& value, std::string_view note);

/// The key `sensors` of a section.
std::vector<Sensor> read_sensors(Section& section);
std::string sensors_to_toml(const std::vector<Sensor>& sensors);

/// The keys that say which column of a CSV is what.
void read_columns(Section& section, data::SensorCsvOptions& csv);
std::string columns_to_toml(const data::SensorCsvOptions& csv);

}  // namespace tinyml::project
