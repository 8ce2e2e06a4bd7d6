// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/layer_weights.h"

#include <algorithm>
#include <cmath>

namespace tinyml::quantize {
namespace {

bool is_layer(const Operator& op) {
  return std::holds_alternative<Conv2D>(op) || std::holds_alternative<DepthwiseConv2D>(op) ||
         std::holds_alternative<FullyConnected>(op);
}

}  // namespace

bool has_layer_weights(const Graph& graph, const Node& node) {
  if (!is_layer(node.op)) return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](TensorId id) {
    return id == kNoTensor || (graph[id].is_constant() && graph[id].dtype == DType::float32);
  });
}

std::optional<size_t> only_reader(const Graph& graph, TensorId id) {
  const std::vector<size_t> readers = graph.consumers(id);
  if (readers.size() != 1 || std::count(graph.outputs.begin(), graph.outputs.end(), id)) return {};
  return readers[0];
}

Graph with_own_parameters(Graph graph) {
  std::vector<int> uses(graph.tensors.size());
  for (Node& node : graph.nodes) {
    if (!has_layer_weights(graph, node)) continue;
    if (node.inputs.size() < 3) node.inputs.resize(3, kNoTensor);
    if (node.inputs[2] == kNoTensor) {
      const bool depthwise = std::holds_alternative<DepthwiseConv2D>(node.op);
      const int32_t count = graph[node.inputs[1]].shape.at(depthwise ? 3 : 0);
      const std::vector<float> zeros(static_cast<size_t>(count));
      node.inputs[2] = graph.add(
          {graph[node.outputs[0]].name + "/bias", DType::float32, {count}, {}, to_constant<float>(zeros)});
    }
    for (size_t i = 1; i < 3; ++i) {
      const auto id = static_cast<size_t>(node.inputs[i]);
      if (id < uses.size() && uses[id]++ > 0) node.inputs[i] = graph.add(Tensor(graph.tensors[id]));
    }
  }
  return graph;
}

LayerWeights::LayerWeights(const Graph& graph, const Node& node)
    : weights_id_(node.inputs.at(1)),
      bias_id_(node.inputs.size() > 2 ? node.inputs[2] : kNoTensor),
      depthwise_(std::holds_alternative<DepthwiseConv2D>(node.op)) {
  const Tensor& weights = graph[weights_id_];
  outputs_ = static_cast<size_t>(depthwise_ ? weights.shape[3] : weights.shape[0]);
  inputs_ = static_cast<size_t>(depthwise_ ? graph[node.inputs[0]].shape.back() : weights.shape.back());
  weights_.assign(weights.values<float>().begin(), weights.values<float>().end());
  row_ = weights_.size() / outputs_;
  bias_.resize(outputs_);
  if (bias_id_ == kNoTensor) return;
  bias_.assign(graph[bias_id_].values<float>().begin(), graph[bias_id_].values<float>().end());
}

size_t LayerWeights::output_of(size_t i) const { return depthwise_ ? i % outputs_ : i / row_; }

size_t LayerWeights::input_of(size_t i) const {
  return depthwise_ ? i % outputs_ / (outputs_ / inputs_) : i % inputs_;
}

float LayerWeights::largest_of_output(size_t channel) const {
  float largest = 0;
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (output_of(i) == channel) largest = std::max(largest, std::fabs(weights_[i]));
  }
  return largest;
}

float LayerWeights::largest_of_input(size_t channel) const {
  float largest = 0;
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (input_of(i) == channel) largest = std::max(largest, std::fabs(weights_[i]));
  }
  return largest;
}

void LayerWeights::scale_output(size_t channel, float factor) {
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (output_of(i) == channel) weights_[i] *= factor;
  }
  bias_[channel] *= factor;
}

void LayerWeights::scale_input(size_t channel, float factor) {
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (input_of(i) == channel) weights_[i] *= factor;
  }
}

void LayerWeights::store(Graph& graph) const {
  graph[weights_id_].data = to_constant<float>(weights_);
  if (bias_id_ != kNoTensor) graph[bias_id_].data = to_constant<float>(bias_);
}

}  // namespace tinyml::quantize
