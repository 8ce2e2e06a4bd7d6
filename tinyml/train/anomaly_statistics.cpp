// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly_statistics.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::train {
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
  const auto n = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXd correlation = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd z(n);
  for (const auto& row : rows) {
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto f = static_cast<size_t>(columns[static_cast<size_t>(i)]);
      z[i] = (static_cast<double>(row[f]) - means[f]) / deviations[f];
    }
    correlation.selfadjointView<Eigen::Lower>().rankUpdate(z);
  }
  correlation *= (1 - shrinkage) / static_cast<double>(rows.size());
  correlation.diagonal().array() += shrinkage;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);  // reads the lower half
  const Eigen::VectorXd roots = solver.eigenvalues().cwiseMax(1e-6).cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd result =
      solver.eigenvectors() * roots.asDiagonal() * solver.eigenvectors().transpose();
  return {result.data(), result.data() + result.size()};
}

}  // namespace tinyml::train
