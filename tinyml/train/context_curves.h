// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/train/anomaly_statistics.h"

namespace tinyml::train {

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
