// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/base/random.h"
#include "tinyml/graph/graph.h"

namespace tinyml {

struct Extent {
  int32_t height = 1, width = 1;
};

/// Builds a float32 graph layer by layer, with initial weights: He normal for convolutions, Glorot uniform
/// for dense layers. Shapes carry a batch of 1.
class GraphBuilder {
 public:
  GraphBuilder(std::string name, uint64_t seed);

  TensorId input(std::string name, Shape shape);
  /// Convolution, BatchNorm and activation in one: the block that every architecture here is made of.
  TensorId conv_2d(TensorId x, int32_t filters, Extent kernel, Extent stride = {},
                   Activation activation = Activation::relu, Padding padding = Padding::same,
                   Extent dilation = {});
  TensorId depthwise_conv_2d(TensorId x, Extent kernel, Extent stride = {},
                             Activation activation = Activation::relu, Padding padding = Padding::same,
                             int32_t dilation_height = 1, int32_t dilation_width = 1);
  /// No BatchNorm; with a bias.
  TensorId dense(TensorId x, int32_t units, Activation activation = Activation::none);
  TensorId add(TensorId a, TensorId b, Activation activation = Activation::none);
  TensorId average_pool_2d(TensorId x, Extent window, Extent stride);
  TensorId max_pool_2d(TensorId x, Extent window, Extent stride);
  /// The mean over height and width: [N, H, W, C] -> [N, 1, 1, C].
  TensorId global_average_pool(TensorId x);
  TensorId dropout(TensorId x, float rate);
  TensorId reshape(TensorId x, Shape shape);
  TensorId softmax(TensorId x);
  /// [1, T, I] -> [1, T, units]. Glorot uniform for the inputs, orthogonal for the outputs before, forget
  /// biases of 1 (Jozefowicz et al. 2015).
  TensorId lstm(TensorId x, int32_t units);
  /// The same of a Gru, whose biases begin at 0.
  TensorId gru(TensorId x, int32_t units);
  /// [1, T, C] -> [1, C].
  TensorId last_step(TensorId x);

  const Shape& shape(TensorId x) const { return graph_[x].shape; }
  /// The finished graph with `output` as its output.
  Graph finish(TensorId output);

 private:
  TensorId constant(const std::string& name, Shape shape, std::vector<float> values);
  TensorId add_node(Operator op, std::vector<TensorId> inputs, const std::string& name, Shape shape);
  TensorId normalise(TensorId x, Activation activation, const std::string& name);
  std::vector<TensorId> recurrent_inputs(TensorId x, int32_t units, const std::string& name,
                                         const std::vector<std::string>& gates);
  std::vector<float> he_normal(int64_t count, int64_t fan_in);
  std::vector<float> glorot_uniform(int32_t units, int32_t inputs);
  std::vector<float> orthogonal(int32_t units);

  Graph graph_;
  Random random_;
  int layer_ = 0;
};

}  // namespace tinyml
