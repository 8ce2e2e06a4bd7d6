// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/project/anomaly/anomaly_detector.h"

namespace tinyml::project {

/// The metrics, without the windows. What cannot be told without normal or without anomalous windows is left
/// out.
std::string to_json(const AnomalyEvaluation& evaluation);
/// Errors: nlohmann::json's.
AnomalyEvaluation parse_anomaly_evaluation(const std::string& json);
/// A table for people. `threshold`: of the alarms.
std::string to_text(const AnomalyEvaluation& evaluation, double threshold);

}  // namespace tinyml::project
