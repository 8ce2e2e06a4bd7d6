// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly_statistics.h"

#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::train {
namespace {

/// Eigenvalues on the diagonal of `a`, eigenvectors in the columns of `v` (cyclic Jacobi).
void diagonalise(std::vector<double>& a, std::vector<double>& v, size_t n) {
  v.assign(n * n, 0);
  for (size_t i = 0; i < n; ++i) v[i * n + i] = 1;
  constexpr int kMostSweeps = 30;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double off = 0;
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) off += a[p * n + q] * a[p * n + q];
    }
    if (off < 1e-18 * static_cast<double>(n)) return;
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) {
        if (std::fabs(a[p * n + q]) < 1e-14) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        const auto rotate = [&](double& x, double& y) {
          const double old = x;
          x = c * old - s * y;
          y = s * old + c * y;
        };
        for (size_t k = 0; k < n; ++k) rotate(a[p * n + k], a[q * n + k]);
        for (size_t k = 0; k < n; ++k) rotate(a[k * n + p], a[k * n + q]);
        for (size_t k = 0; k < n; ++k) rotate(v[k * n + p], v[k * n + q]);
      }
    }
  }
}

}  // namespace

std::vector<double> means_of(const FeatureRows& rows) {
  TINYML_CHECK(!rows.empty());
  std::vector<double> means(rows[0].size());
  for (const auto& row : rows) {
    for (size_t f = 0; f < means.size(); ++f) means[f] += static_cast<double>(row[f]);
  }
  for (double& mean : means) mean /= static_cast<double>(rows.size());
  return means;
}

std::vector<double> deviations_of(const FeatureRows& rows, std::span<const double> means, double least) {
  std::vector<double> deviations(means.size());
  for (const auto& row : rows) {
    for (size_t f = 0; f < means.size(); ++f) {
      const double d = static_cast<double>(row[f]) - means[f];
      deviations[f] += d * d;
    }
  }
  for (double& d : deviations) d = std::max(std::sqrt(d / static_cast<double>(rows.size())), least);
  return deviations;
}

double quantile_of(std::vector<double> values, double share) {
  TINYML_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<double> whitening(const FeatureRows& rows, std::span<const double> means,
                              std::span<const double> deviations, std::span<const int32_t> columns,
                              double shrinkage) {
  const size_t n = columns.size();
  std::vector<double> correlation(n * n);
  std::vector<double> z(n);
  for (const auto& row : rows) {
    for (size_t i = 0; i < n; ++i) {
      const auto f = static_cast<size_t>(columns[i]);
      z[i] = (static_cast<double>(row[f]) - means[f]) / deviations[f];
    }
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= i; ++j) correlation[i * n + j] += z[i] * z[j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double value = (1 - shrinkage) * correlation[i * n + j] / static_cast<double>(rows.size());
      if (i == j) value = std::max(value + shrinkage, 1e-6);
      correlation[i * n + j] = correlation[j * n + i] = value;
    }
  }
  std::vector<double> vectors;
  diagonalise(correlation, vectors, n);
  std::vector<double> result(n * n);
  for (size_t k = 0; k < n; ++k) {
    const double root = 1 / std::sqrt(std::max(correlation[k * n + k], 1e-6));
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) result[i * n + j] += vectors[i * n + k] * root * vectors[j * n + k];
    }
  }
  return result;
}

}  // namespace tinyml::train
