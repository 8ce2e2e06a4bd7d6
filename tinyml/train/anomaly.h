// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tinyml/train/anomaly_statistics.h"
#include "tinyml/train/architectures.h"
#include "tinyml/train/trainer.h"

namespace tinyml::train {

/// How far a window of features lies from normal.
/// mahalanobis: the squared distance from the mean, whitened. kmeans: the squared distance from the mean of
/// the cluster that a window belongs to, standardised; a window between two belongs to both. gmm: the same
/// for Gaussians of one covariance, whitened. autoencoder: the squared error of a net that repeats its input
/// through a narrow layer. lstm: how unusual the mean sizes of the errors are with which an LSTM foretells
/// each next sample.
enum class AnomalyMethod { mahalanobis, kmeans, gmm, autoencoder, lstm };

/// The units of an lstm whose width is not given.
inline constexpr int32_t kForecastUnits = 16;
AnomalyMethod parse_anomaly_method(std::string_view name);
std::string_view name_of(AnomalyMethod method);

struct AnomalyOptions {
  AnomalyMethod method = AnomalyMethod::mahalanobis;
  int32_t clusters = 16;  // of kmeans and gmm
  /// Of the correlations towards none; at 1 there is no matrix. kmeans has none.
  double shrinkage = 0.6;
  NetSize size;  // of autoencoder and lstm
  /// The last `context` values of every row of features are not scored: the score is conditioned on them.
  int32_t context = 0;
  int32_t knots = 16;  // most knots of a context value's curve
  /// Which features count, one a feature of a row, context left out; empty: all.
  std::vector<uint8_t> scored;
  /// So many neighbouring features are averaged into one before they are scored; groups with a feature that
  /// does not count do not count. Not of lstm.
  int32_t merge = 1;
  /// One step of the int8 features: no deviation is taken to be smaller.
  double step = 0;
  TrainOptions training;  // of autoencoder and lstm
};

/// The range that a tensor is to have in int8.
struct AnomalyRange {
  TensorId tensor = kNoTensor;
  float low = 0, high = 0;
};

struct AnomalyNet {
  /// float32: features [1, rows, features, 1] to the score [1, 1], 0 or above, large where unusual.
  Graph graph;
  /// The squares that the score is the sum of, and the feature (column of a row, or of the flattened input)
  /// of each.
  TensorId terms = kNoTensor;
  std::vector<int32_t> feature_of_term;
  /// Median and 99th percentile of the score on held-out normal data, in float32.
  double median = 0, limit = 0;
  /// For int8: ranges that let the score saturate at 4 x limit and no earlier, each term at 2 x limit; and
  /// tensors that are differences of features and keep the features' step.
  std::vector<AnomalyRange> ranges;
  std::vector<TensorId> like_input;
  std::vector<Epoch> epochs;  // of what was trained by descent
};

/// Learns what is normal from `normal`, rows of the flattened `input` shape [1, rows, features, 1], and takes
/// median and limit from `held_out`. The same bytes for a seed and any number of threads. Errors:
/// invalid_argument for too little data or options that do not fit; interrupted.
AnomalyNet train_anomaly(const Shape& input, const FeatureRows& normal, const FeatureRows& held_out,
                         const AnomalyOptions& options, ThreadPool& pool);

}  // namespace tinyml::train
