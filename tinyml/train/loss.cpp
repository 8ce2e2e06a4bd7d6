// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/loss.h"

#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::train {

double softmax_cross_entropy(std::span<const float> logits, std::span<const float> targets,
                             std::span<const float> weights, int classes, std::span<float> gradient) {
  const size_t n = static_cast<size_t>(classes);
  const size_t rows = logits.size() / n;
  TINYML_CHECK(targets.size() == logits.size() && gradient.size() == logits.size() && weights.size() == rows);
  double total = 0;
  for (size_t row = 0; row < rows; ++row) {
    const float* x = &logits[row * n];
    const float* t = &targets[row * n];
    float* g = &gradient[row * n];
    const float highest = *std::max_element(x, x + n);
    double sum = 0;
    for (size_t c = 0; c < n; ++c) sum += std::exp(static_cast<double>(x[c] - highest));
    const double log_sum = std::log(sum);
    const float scale = weights[row] / static_cast<float>(rows);
    for (size_t c = 0; c < n; ++c) {
      const double log_p = static_cast<double>(x[c] - highest) - log_sum;
      total -= weights[row] * static_cast<double>(t[c]) * log_p;
      g[c] = scale * (static_cast<float>(std::exp(log_p)) - t[c]);
    }
  }
  return total / static_cast<double>(rows);
}

double mean_squared_error(std::span<const float> outputs, std::span<const float> targets,
                          std::span<float> gradient) {
  TINYML_CHECK(targets.size() == outputs.size() && (gradient.empty() || gradient.size() == outputs.size()));
  const float scale = 2.0f / static_cast<float>(outputs.size());
  double total = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const float off = outputs[i] - targets[i];
    total += static_cast<double>(off) * static_cast<double>(off);
    if (!gradient.empty()) gradient[i] = scale * off;
  }
  return total / static_cast<double>(outputs.size());
}

void softmax(std::span<float> values, int classes) {
  const size_t n = static_cast<size_t>(classes);
  for (size_t row = 0; row < values.size() / n; ++row) {
    float* x = &values[row * n];
    const float highest = *std::max_element(x, x + n);
    float sum = 0;
    for (size_t c = 0; c < n; ++c) sum += x[c] = std::exp(x[c] - highest);
    for (size_t c = 0; c < n; ++c) x[c] /= sum;
  }
}

}  // namespace tinyml::train
