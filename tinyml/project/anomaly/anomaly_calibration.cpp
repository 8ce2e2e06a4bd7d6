// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyml/train/anomaly_statistics.h"

namespace tinyml::project {

AnomalyCalibration make_calibration(double median, double limit) {
  AnomalyCalibration calibration{median, limit, {}};
  for (int answer = -128; answer < 128; ++answer) {
    const double p = 1 / (1 + std::pow(9.0, (limit - answer) / (limit - median)));
    calibration.table[static_cast<size_t>(answer + 128)] = static_cast<uint8_t>(std::lround(255 * p));
  }
  return calibration;
}

AnomalyCalibration calibrate_anomaly(std::span<const int8_t> answers) {
  const std::vector<double> levels(answers.begin(), answers.end());
  const double median = train::quantile_of(levels, 0.5);
  constexpr double kFewestLevels = 1;  // between the two, where all answers are alike
  return make_calibration(median, std::max(train::quantile_of(levels, 0.99), median + kFewestLevels));
}

double area_under_roc(std::span<const double> normal, std::span<const double> anomalous) {
  if (normal.empty() || anomalous.empty()) return 0;
  std::vector<double> sorted(normal.begin(), normal.end());
  std::sort(sorted.begin(), sorted.end());
  double right = 0;
  for (const double score : anomalous) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), score);
    right += static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
  }
  return right / (static_cast<double>(normal.size()) * static_cast<double>(anomalous.size()));
}

AnomalyMetrics anomaly_metrics(std::span<const double> normal, std::span<const double> anomalous,
                               double threshold) {
  const auto alarms = [&](std::span<const double> scores) {
    return std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= threshold; });
  };
  AnomalyMetrics metrics;
  metrics.auc = area_under_roc(normal, anomalous);
  metrics.normal = static_cast<int64_t>(normal.size());
  metrics.anomalous = static_cast<int64_t>(anomalous.size());
  metrics.false_alarms = alarms(normal);
  if (!anomalous.empty()) {
    metrics.recall = static_cast<double>(alarms(anomalous)) / static_cast<double>(anomalous.size());
  }
  return metrics;
}

}  // namespace tinyml::project
