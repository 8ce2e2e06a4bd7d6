// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/features.h"

#include "tinyml/data/window.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/classifier_net.h"

namespace tinyml::project {
namespace {

constexpr float kFeatureScale = 1.0f / 64;
constexpr int32_t kFeatureZeroPoint = -128;

/// samples -> features, alone.
Graph feature_graph(const Operator& op, int32_t window_samples) {
  Graph graph;
  graph.name = "features";
  const TensorId samples = graph.add({"samples", DType::int16, {1, window_samples}, {}, nullptr});
  const TensorId features = graph.add({"features", DType::int8, {}, {}, nullptr});
  graph.inputs = {samples};
  graph.outputs = {features};
  graph.nodes = {{op, {samples}, {features}}};
  ops::infer(graph);
  return graph;
}

}  // namespace

FeatureExtractor::FeatureExtractor(const AudioConfig& config)
    : FeatureExtractor(feature_operator(config), config.window_samples()) {}

FeatureExtractor::FeatureExtractor(const Operator& op, int32_t window_samples)
    : window_samples_(window_samples) {
  const Graph graph = feature_graph(op, window_samples);
  shape_ = graph[graph.outputs[0]].shape;
  call_ = ops::lower(graph, graph.nodes[0], {});
}

void FeatureExtractor::extract(std::span<const int16_t> window, std::span<int8_t> features) const {
  TINYML_CHECK(static_cast<int32_t>(window.size()) == window_samples_);
  TINYML_CHECK(static_cast<int64_t>(features.size()) == size());
  thread_local std::vector<int64_t> scratch;
  scratch.resize(static_cast<size_t>(call_.scratch_bytes + 7) / 8);
  const void* const inputs[] = {window.data()};
  void* const outputs[] = {features.data()};
  call_.run(inputs, outputs, scratch.data());
}

std::vector<int8_t> FeatureExtractor::extract_clip(std::span<const int16_t> samples) const {
  std::vector<int8_t> features(static_cast<size_t>(size()));
  extract(data::fit_window(samples, window_samples_), features);
  return features;
}

Quantization feature_quantization() { return {{kFeatureScale}, {kFeatureZeroPoint}, 0}; }

void to_float(std::span<const int8_t> features, std::span<float> values) {
  to_float(features, feature_quantization(), values);
}

Graph with_features(const Graph& net, const AudioConfig& config) {
  Graph graph = net;
  const TensorId samples = graph.add({"samples", DType::int16, {1, config.window_samples()}, {}, nullptr});
  const TensorId features = graph.inputs.at(0);
  graph.nodes.insert(graph.nodes.begin(), {feature_operator(config), {samples}, {features}});
  graph.inputs = {samples};
  verify(graph);
  return graph;
}

}  // namespace tinyml::project
