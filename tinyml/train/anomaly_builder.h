// SPDX-License-Identifier: Apache-2.0
#pragma once

// The steps that anomaly nets are built from; shared by the files that implement train_anomaly.

#include <cstdint>
#include <vector>

#include "tinyml/train/anomaly.h"
#include "tinyml/train/anomaly_graph.h"
#include "tinyml/train/context_curves.h"

namespace tinyml::train {

constexpr double kRampTop = 6;  // ReLU6 is the ramp

class AnomalyBuilder {
 public:
  AnomalyBuilder(const Shape& input, const FeatureRows& normal, const AnomalyOptions& options,
                 ThreadPool& pool);

  void features_to_score();
  void forecast();
  AnomalyNet finish(const FeatureRows& held_out);

 private:
  /// A tensor of the net and what it held for the normal rows.
  struct Stage {
    TensorId tensor = kNoTensor;
    FeatureRows rows;
  };
  Stage stage(TensorId tensor) { return {tensor, net_.values_of(tensor, normal_, pool_)}; }

  /// The context's values at the end of the input; of `context`, empty without.
  Stage context_stage();
  std::vector<int32_t> context_columns(const Stage& context) const;
  /// The ramps of the curves as an activation of `context`, a row of values or [1, T, 1, values]: 0 at `low`,
  /// kRampTop at `high`, whichever is the larger.
  TensorId ramps_of(const ContextCurves& curves, TensorId context);

  /// Averages of neighbours; scored_ and feature_of_term follow.
  Stage merged(const Stage& x);
  /// x - m(context), m being 0 where nothing is wanted.
  Stage without_context(const Stage& x, const Stage& context, const std::vector<uint8_t>& wanted);
  /// x - the mean of the cluster that it belongs to; large for what belongs to none.
  Stage without_cluster(const Stage& x);
  void autoencoder(const Stage& x);
  void mahalanobis(const Stage& x, double step, double shrinkage);
  /// The sum of the squares of the standardised values `z`.
  void sum_of_squares(TensorId z);

  /// The input [1, T, 1, values and context] with each value in units of its deviation at that context.
  Stage even_table();
  /// The mean sizes of errors [1, T, 1, values]: of either sign, and of the sums and differences with earlier
  /// ones, which tell their colour.
  Stage error_sizes(TensorId error);

  const AnomalyOptions& options_;
  ThreadPool& pool_;
  WeightedGraph net_;
  const FeatureRows& normal_;
  std::vector<uint8_t> scored_;
  TensorId standardised_ = kNoTensor;
  AnomalyNet made_;
};

}  // namespace tinyml::train
