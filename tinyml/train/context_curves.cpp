// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/context_curves.h"

#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::train {
namespace {

/// Solves a x = b for each column of b [n][columns], a symmetric and positive definite; b becomes x.
void solve(std::vector<double> a, size_t n, std::vector<std::vector<double>>& b) {
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(sum) : sum / a[j * n + j];
    }
  }
  const size_t columns = b[0].size();
  const auto eliminate = [&](size_t i, size_t k, double share) {
    for (size_t c = 0; c < columns; ++c) b[i][c] -= share * b[k][c];
  };
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) eliminate(i, k, a[i * n + k]);
    for (double& value : b[i]) value /= a[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) eliminate(i, k, a[k * n + i]);
    for (double& value : b[i]) value /= a[i * n + i];
  }
}

double ramp_at(const ContextCurves::Ramp& ramp, std::span<const float> row) {
  const double x = static_cast<double>(row[static_cast<size_t>(ramp.column)]);
  return std::clamp((x - ramp.low) / (static_cast<double>(ramp.high) - ramp.low), 0.0, 1.0);
}

std::vector<float> knots_of(const FeatureRows& contexts, int32_t column, int32_t most) {
  std::vector<float> values;
  for (const auto& row : contexts) values.push_back(row[static_cast<size_t>(column)]);
  std::sort(values.begin(), values.end());
  std::vector<float> different = values;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  if (different.size() <= static_cast<size_t>(most)) return different;
  std::vector<float> knots;
  for (int32_t k = 0; k < most; ++k) {
    knots.push_back(values[(values.size() - 1) * static_cast<size_t>(k) / static_cast<size_t>(most - 1)]);
  }
  knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
  return knots;
}

}  // namespace

std::vector<double> ContextCurves::at(std::span<const float> row) const {
  std::vector<double> values = base;
  for (size_t r = 0; r < ramps.size(); ++r) {
    const double height = ramp_at(ramps[r], row);
    for (size_t f = 0; f < values.size(); ++f) values[f] += height * rise[r][f];
  }
  return values;
}

ContextCurves fit_context(const FeatureRows& contexts, std::span<const int32_t> columns,
                          const FeatureRows& features, int32_t knots) {
  TINYML_CHECK(contexts.size() == features.size() && !features.empty());
  ContextCurves curves;
  for (const int32_t column : columns) {
    const std::vector<float> at = knots_of(contexts, column, std::max(2, knots));
    for (size_t k = 0; k + 1 < at.size(); ++k) curves.ramps.push_back({column, at[k], at[k + 1]});
  }
  const size_t n = curves.ramps.size() + 1;
  std::vector<double> normal(n * n);
  std::vector<std::vector<double>> right(n, std::vector<double>(features[0].size()));
  std::vector<double> basis(n, 1.0);
  for (size_t i = 0; i < features.size(); ++i) {
    for (size_t r = 0; r + 1 < n; ++r) basis[r + 1] = ramp_at(curves.ramps[r], contexts[i]);
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = 0; b < n; ++b) normal[a * n + b] += basis[a] * basis[b];
      for (size_t f = 0; f < features[i].size(); ++f) {
        right[a][f] += basis[a] * static_cast<double>(features[i][f]);
      }
    }
  }
  for (size_t a = 1; a < n; ++a) normal[a * n + a] += 1e-3;
  normal[0] += 1e-9;
  solve(std::move(normal), n, right);
  curves.base = right[0];
  curves.rise.assign(right.begin() + 1, right.end());
  return curves;
}

}  // namespace tinyml::train
