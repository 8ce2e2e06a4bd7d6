// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"
#include "tinyml/train/anomaly_statistics.h"

namespace tinyml::train {

/// Builds a float32 graph of layers whose weights are known.
class WeightedGraph {
 public:
  WeightedGraph(std::string name, const Shape& input);

  TensorId input() const { return graph.inputs[0]; }
  const Shape& shape(TensorId x) const { return graph[x].shape; }
  int32_t size(TensorId x) const { return static_cast<int32_t>(elements(graph[x].shape)); }

  /// weights [O][I] over the flattened input -> [1, O].
  TensorId dense(const std::string& name, TensorId x, const std::vector<double>& weights,
                 const std::vector<double>& bias, Activation activation = Activation::none);
  /// As `dense` with a scale for each output's weights in int8: [1, I] -> [1, 1, 1, O], and over each place
  /// of [1, H, W, I].
  TensorId pointwise(const std::string& name, TensorId x, const std::vector<double>& weights,
                     const std::vector<double>& bias, Activation activation = Activation::none);
  /// weights OHWI over NHWC, without padding.
  TensorId convolution(const std::string& name, TensorId x, const Shape& kernel,
                       const std::vector<double>& weights, Activation activation = Activation::none);
  /// weights [H][C * multiplier] over [1, H, 1, C] -> [1, 1 or H, 1, C * multiplier].
  TensorId depthwise(const std::string& name, TensorId x, int32_t height, int32_t multiplier,
                     const std::vector<double>& weights, const std::vector<double>& bias);
  TensorId binary(const std::string& name, const Operator& op, TensorId a, TensorId b);
  TensorId reshape(TensorId x, const Shape& shape);
  /// Means of `count` rows each of [1, H, 1, C].
  TensorId averages(const std::string& name, TensorId x, int32_t count);
  TensorId softmax(const std::string& name, TensorId x);
  TensorId last_step(const std::string& name, TensorId x);
  /// `part`, an inference graph of one input, reading `x`.
  TensorId append(const Graph& part, TensorId x);

  /// The values of a tensor for each row of inputs.
  FeatureRows values_of(TensorId x, const FeatureRows& rows, ThreadPool& pool) const;

  Graph graph;

 private:
  TensorId constant(const std::string& name, const Shape& shape, const std::vector<double>& values);
  TensorId node(const std::string& name, const Operator& op, std::vector<TensorId> inputs);
};

}  // namespace tinyml::train
