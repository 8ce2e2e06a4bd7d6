// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tinyml/graph/tensor.h"

namespace tinyml::project {

/// A net's int8 score s as a number in [0, 1]: p(s) = 1 / (1 + 9^((limit - s) / (limit - median))), median
/// and limit being the median and the 99th percentile of the scores of held-out normal data. So p is 0.1 at
/// the median, 0.5 at the limit and 0.9 as far above it. Both are kept as levels of the int8 score.
struct AnomalyCalibration {
  double median = -128, limit = 127;    // levels of the int8 score
  std::array<uint8_t, 256> table = {};  // of score + 128: 255 p, rounded

  double score(int8_t answer) const { return table[static_cast<size_t>(answer + 128)] / 255.0; }
};

/// From the int8 scores of held-out normal windows, at least one.
AnomalyCalibration calibrate_anomaly(std::span<const int8_t> answers);
/// The table of a median and a limit.
AnomalyCalibration make_calibration(double median, double limit);

/// How well scores tell anomalies from normal windows. The area under the ROC curve counts ties half.
struct AnomalyMetrics {
  double auc = 0, recall = 0;  // recall: of anomalous windows at or above the threshold
  int64_t false_alarms = 0, normal = 0, anomalous = 0;
};
double area_under_roc(std::span<const double> normal, std::span<const double> anomalous);
AnomalyMetrics anomaly_metrics(std::span<const double> normal, std::span<const double> anomalous,
                               double threshold);

}  // namespace tinyml::project
