// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/data/sensor_dataset.h"

namespace tinyml::data {

/// split_sensor_dataset where recordings with fixed[i] have their split already; a split that none of these
/// has is taken from the training recordings. An empty `fixed` fixes none.
void split_sensor_recordings(std::vector<SensorRecording>& recordings, const SensorSplit& split,
                             std::vector<bool> fixed);

}  // namespace tinyml::data
