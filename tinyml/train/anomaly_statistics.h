// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

}  // namespace tinyml::train
