// SPDX-License-Identifier: Apache-2.0
#include "cli/results.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cli/terminal.h"
#include "tinyml/project/anomaly/anomaly_evaluation.h"

namespace tinyml::cli {
namespace {

nlohmann::json to_json(const train::Confusion& confusion) {
  nlohmann::json classes = nlohmann::json::array();
  for (const train::ClassScore& score : confusion.scores()) {
    classes.push_back({{"label", score.label},
                       {"clips", score.clips},
                       {"precision", score.precision},
                       {"recall", score.recall},
                       {"f1", score.f1}});
  }
  return {{"accuracy", confusion.accuracy()}, {"classes", classes}, {"confusion", confusion.counts}};
}

}  // namespace

nlohmann::json to_json(const Evaluation& evaluation) {
  return {{"split", evaluation.split},
          {"clips", evaluation.int8.total()},
          {"labels", evaluation.int8.labels},
          {"float32", to_json(evaluation.float32)},
          {"int8", to_json(evaluation.int8)}};
}

std::string to_text(const Evaluation& evaluation) {
  std::vector<std::vector<std::string>> rows{{evaluation.split, "clips", "precision", "recall", "F1"}};
  for (const train::ClassScore& score : evaluation.int8.scores()) {
    rows.push_back({score.label, std::to_string(score.clips), percent(score.precision), percent(score.recall),
                    percent(score.f1)});
  }
  return table(rows) + fmt::format("Accuracy on {} clips: int8 {}, float32 {}\n", evaluation.int8.total(),
                                   percent(evaluation.int8.accuracy()),
                                   percent(evaluation.float32.accuracy()));
}

nlohmann::json to_json(const AnomalyEvaluation& evaluation) {
  return nlohmann::json::parse(project::to_json(evaluation));
}

nlohmann::json to_json(const AnomalyFit& fit) {
  if (fit.tflite_bytes == 0) return nullptr;
  return {{"limit_kb", fit.limit_kb},
          {"chosen", fit.chosen},
          {"given_up", fit.given_up},
          {"tflite_bytes", fit.tflite_bytes},
          {"flash_bytes", fit.flash_bytes},
          {"feature_bytes", fit.feature_bytes},
          {"flash_source", fit.flash_measured ? "measured" : "estimated"}};
}

std::string to_text(const AnomalyEvaluation& evaluation, const AnomalyDetector& detector) {
  return project::to_text(evaluation, detector.config().threshold);
}

}  // namespace tinyml::cli
