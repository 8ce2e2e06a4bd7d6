// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/classifier_net.h"

namespace tinyml::cli {

nlohmann::json to_json(const Evaluation& evaluation);
/// Accuracy of both engines and a row a class.
std::string to_text(const Evaluation& evaluation);

nlohmann::json to_json(const AnomalyEvaluation& evaluation);
nlohmann::json to_json(const AnomalyFit& fit);

/// The same for whatever was evaluated.
template <class Classifier>
std::string to_text(const Evaluation& evaluation, const Classifier&) {
  return to_text(evaluation);
}
/// AUC, recall and false alarms of windows and of smoothed scores.
std::string to_text(const AnomalyEvaluation& evaluation, const AnomalyDetector& detector);

}  // namespace tinyml::cli
