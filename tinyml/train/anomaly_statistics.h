// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/base/random.h"

namespace tinyml::train {

/// Examples of a feature vector, one a row, all of one length.
using FeatureRows = std::vector<std::vector<float>>;

std::vector<double> means_of(const FeatureRows& rows);
/// Population deviations, none below `least`.
std::vector<double> deviations_of(const FeatureRows& rows, std::span<const double> means, double least);
/// The value below which `share` of the values lie, interpolated between neighbours.
double quantile_of(std::vector<double> values, double share);

/// S^(-1/2) of the correlation matrix of `columns`, shrunk towards the identity: S = (1 - shrinkage) R +
/// shrinkage I; row major. It decorrelates and still gives every result one feature that it follows most
/// closely (ZCA-cor, Kessy, Lewin, Strimmer 2018).
std::vector<double> whitening(const FeatureRows& rows, std::span<const double> means,
                              std::span<const double> deviations, std::span<const int32_t> columns,
                              double shrinkage);

/// Clusters with a mean and a deviation for each feature.
struct Mixture {
  std::vector<std::vector<double>> mean, deviation;  // [cluster][feature]
  std::vector<double> weight;                        // shares of the examples, above 0
};

/// Lloyd's algorithm from k-means++ seeds, the best of some restarts, distances in units of `scale`; the
/// deviation of every cluster is `scale`. Features of which `scale` is infinite do not count. Clusters that
/// stay empty are left out.
Mixture k_means(const FeatureRows& rows, int32_t clusters, const std::vector<double>& scale, Random random);

/// Expectation-maximisation for diagonal Gaussians, from `start`; variances are shrunk by `shrinkage` towards
/// those pooled over all clusters.
Mixture gaussian_mixture(const FeatureRows& rows, Mixture start, double shrinkage, double least_deviation);

/// Of each feature, the deviation from the mean of the nearest cluster, none below `least`.
std::vector<double> within_deviations(const FeatureRows& rows, const Mixture& clusters, double least);

/// How the mean of features follows other values (speed, load): for each of these a piecewise linear curve,
/// and their sum. A ramp goes from 0 to 1 between its two knots and is constant outside.
struct ContextCurves {
  struct Ramp {
    int32_t column = 0;  // of the context value
    float low = 0, high = 0;
  };
  std::vector<Ramp> ramps;
  std::vector<std::vector<double>> rise;  // [ramp][feature]
  std::vector<double> base;               // [feature]

  std::vector<double> at(std::span<const float> row) const;
};

/// Least squares, a little ridge. `columns` name the context's values within `contexts`' rows. A value with
/// up to `knots` different readings gets a knot at each, otherwise that many at its quantiles. The curves are
/// of `features`, row by row.
ContextCurves fit_context(const FeatureRows& contexts, std::span<const int32_t> columns,
                          const FeatureRows& features, int32_t knots);

}  // namespace tinyml::train
