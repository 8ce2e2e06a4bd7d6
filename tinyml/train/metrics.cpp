// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/metrics.h"

namespace tinyml::train {

Confusion::Confusion(std::vector<std::string> names)
    : labels(std::move(names)), counts(labels.size(), std::vector<int64_t>(labels.size())) {}

int64_t Confusion::total() const {
  int64_t sum = 0;
  for (const auto& row : counts) {
    for (const int64_t count : row) sum += count;
  }
  return sum;
}

double Confusion::accuracy() const {
  int64_t right = 0;
  for (size_t i = 0; i < counts.size(); ++i) right += counts[i][i];
  const int64_t all = total();
  return all ? static_cast<double>(right) / static_cast<double>(all) : 0;
}

std::vector<ClassScore> Confusion::scores() const {
  std::vector<ClassScore> scores;
  for (size_t i = 0; i < labels.size(); ++i) {
    int64_t truth = 0, predicted = 0;
    for (size_t j = 0; j < labels.size(); ++j) {
      truth += counts[i][j];
      predicted += counts[j][i];
    }
    ClassScore score{labels[i], truth};
    const double right = static_cast<double>(counts[i][i]);
    if (predicted) score.precision = right / static_cast<double>(predicted);
    if (truth) score.recall = right / static_cast<double>(truth);
    if (right > 0) score.f1 = 2 * score.precision * score.recall / (score.precision + score.recall);
    scores.push_back(score);
  }
  return scores;
}

}  // namespace tinyml::train
