// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/data/sensor_dataset.h"

namespace tinyml::data {

/// Brings labelled and grouped recordings to one rate, checks that their channels agree, keeps the wanted
/// labels and, where `split`, splits all but the recordings with fixed[i] (none if it is empty). Errors: as
/// make_sensor_dataset.
SensorDataset collect_sensor_dataset(std::vector<TimedRecording> timed, const std::vector<bool>& fixed,
                                     bool split, const SensorLoadOptions& options, const std::string& where);

}  // namespace tinyml::data
