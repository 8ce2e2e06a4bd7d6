// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// Whether a node is a convolution, a depthwise one or a dense layer whose parameters are float32 constants.
bool has_layer_weights(const Graph& graph, const Node& node);

/// The only node that reads a tensor which is no output of the graph.
std::optional<size_t> only_reader(const Graph& graph, TensorId id);

/// `graph` with a copy of each parameter for every node that reads it, and a bias for every such layer.
Graph with_own_parameters(Graph graph);

/// Weights and bias of such a layer, channel by channel.
class LayerWeights {
 public:
  LayerWeights(const Graph& graph, const Node& node);

  size_t outputs() const { return outputs_; }
  /// Channels of its input that its weights tell apart.
  size_t inputs() const { return inputs_; }
  std::vector<float>& weights() { return weights_; }
  std::vector<float>& bias() { return bias_; }
  /// Of weight i.
  size_t output_of(size_t i) const;
  size_t input_of(size_t i) const;

  float largest_of_output(size_t channel) const;
  float largest_of_input(size_t channel) const;
  /// The weights and the bias of an output channel.
  void scale_output(size_t channel, float factor);
  void scale_input(size_t channel, float factor);
  void store(Graph& graph) const;

 private:
  TensorId weights_id_, bias_id_;
  bool depthwise_;
  size_t outputs_, inputs_, row_;
  std::vector<float> weights_, bias_;
};

}  // namespace tinyml::quantize
