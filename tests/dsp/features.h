// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml {

/// A graph of one signal-processing operator over `samples` samples.
struct FeatureGraph {
  template <class Op>
  FeatureGraph(const Op& op, int64_t samples, DType dtype = DType::int16) {
    Tensor samples_tensor;
    samples_tensor.name = "samples";
    samples_tensor.dtype = dtype;
    samples_tensor.shape = {1, static_cast<int32_t>(samples)};
    const TensorId input = graph.add(samples_tensor);
    const TensorId output = graph.add(Tensor());
    graph.nodes.push_back({op, {input}, {output}});
    ops::infer(graph, graph.nodes[0]);
  }
  const Tensor& output() const { return graph.tensors[1]; }
  ops::KernelCall lower() const { return ops::lower(graph, graph.nodes[0], {}); }

  Graph graph;
};

/// What the device computes.
template <class Op>
std::vector<int8_t> fixed_features(const Op& op, const std::vector<int16_t>& samples) {
  const FeatureGraph graph(op, static_cast<int64_t>(samples.size()));
  const ops::KernelCall call = graph.lower();
  std::vector<int8_t> output(static_cast<size_t>(elements(graph.output().shape)));
  std::vector<int32_t> scratch(static_cast<size_t>(call.scratch_bytes / 4));
  const void* inputs[] = {samples.data()};
  void* outputs[] = {output.data()};
  call.run(inputs, outputs, scratch.data());
  return output;
}

/// The float chain, in dB or DCT of dB.
template <class Op>
std::vector<float> float_features(const Op& op, const std::vector<int16_t>& samples) {
  const FeatureGraph graph(op, static_cast<int64_t>(samples.size()), DType::float32);
  std::vector<float> input;
  for (const int16_t sample : samples) input.push_back(static_cast<float>(sample) / 32768);
  std::vector<float> output(static_cast<size_t>(elements(graph.output().shape)));
  std::vector<float> workspace;
  ops::FloatForward pass;
  pass.inputs = {{input.data(), graph.graph.tensors[0].shape}};
  pass.outputs = {{output.data(), graph.output().shape}};
  pass.workspace = &workspace;
  ops::forward(Operator(op), pass);
  return output;
}

inline std::vector<int16_t> samples_of(size_t count, const std::function<double(size_t)>& signal) {
  std::vector<int16_t> samples;
  for (size_t i = 0; i < count; ++i) {
    const double value = signal(i);
    samples.push_back(static_cast<int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value));
  }
  return samples;
}

}  // namespace tinyml
