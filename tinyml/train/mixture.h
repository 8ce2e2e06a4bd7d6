// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/train/anomaly_statistics.h"

namespace tinyml::train {

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

}  // namespace tinyml::train
