// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/report/board_cost.h"
#include "tinyml/report/signals.h"

namespace tinyml::report {

/// Calibrated scores in [0, 1] over time.
struct ScoreTrace {
  std::string title;
  std::vector<double> time_s;  // the end of each window; where rate_hz is unknown the window's number
  std::vector<double> score, smoothed;
  std::vector<std::pair<double, double>> anomalous;  // stretches of time_s that are known to be anomalous
  bool timed = true;
};

/// Points of a curve, both in [0, 1], x ascending.
struct Curve {
  std::vector<double> x, y;
};

/// How well scores tell windows known to be normal from those known not to be.
struct AnomalyResults {
  double auc_int8 = 0, auc_float32 = 0;
  double recall = 0;  // at the threshold
  int64_t normal = 0, anomalous = 0, false_alarms = 0;
  Curve roc;               // recall over the share of false alarms
  Curve precision_recall;  // precision over recall
};

struct AnomalyReport {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::string formula;  // of the score, as text
  double threshold = 0;
  std::vector<SignalPicture> signals;
  std::vector<ScoreTrace> scores;
  std::vector<std::pair<std::string, double>> contributions;  // sensors' shares of the anomalous windows
  std::optional<AnomalyResults> results;
  BoardCost cost;
};

/// One HTML page that needs nothing else: signals and spectra, the score over time with the threshold, ROC
/// and precision-recall where it was evaluated, cost on the board by layer.
std::string to_html(const AnomalyReport& report);

}  // namespace tinyml::report
