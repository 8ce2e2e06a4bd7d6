// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/base/progress.h"
#include "tinyml/quantize/equalize.h"
#include "tinyml/quantize/float_runner.h"
#include "tinyml/quantize/layer_weights.h"

namespace tinyml::quantize {
namespace {

/// The layer by itself in float32, without its activation.
Graph layer_alone(const Graph& graph, const Node& node) {
  Graph alone;
  Node own{node.op, {}, {}};
  std::visit(
      [](auto& attributes) {
        if constexpr (requires { attributes.activation; }) attributes.activation = Activation::none;
      },
      own.op);
  for (const TensorId id : node.inputs) own.inputs.push_back(id == kNoTensor ? id : alone.add(graph[id]));
  own.outputs = {alone.add(graph[node.outputs[0]])};
  alone.inputs = {own.inputs[0]};
  alone.outputs = own.outputs;
  alone.nodes = {own};
  return alone;
}

/// The weights as the quantized layer has them, in float32.
Tensor dequantized(const Tensor& weights) {
  const auto values = weights.values<int8_t>();
  const Quantization& q = weights.quantization;
  const auto axis = static_cast<size_t>(q.axis);
  size_t inner = 1;
  for (size_t i = axis + 1; i < weights.shape.size(); ++i) inner *= static_cast<size_t>(weights.shape[i]);
  std::vector<float> real(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = q.per_channel() ? i / inner % q.scales.size() : 0;
    real[i] = static_cast<float>(values[i]) * q.scales[channel];
  }
  return {weights.name, DType::float32, weights.shape, {}, to_constant<float>(real)};
}

/// What each tensor holds on every example.
std::vector<float> inputs_of(const Graph& quantized, const Dataset& dataset, TensorId id, run::Engine& engine,
                             size_t example) {
  std::vector<Bytes> inputs;
  for (size_t input = 0; input < quantized.inputs.size(); ++input) {
    const Tensor& tensor = quantized[quantized.inputs[input]];
    std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
    dataset.fill(example, input, values);
    inputs.push_back(to_bytes(tensor, values));
  }
  engine.reset();
  engine.run(inputs);
  std::vector<float> values(static_cast<size_t>(elements(quantized[id].shape)));
  to_real(quantized[id], engine.activation(id), values);
  return values;
}

std::vector<float> output_of(run::Engine& engine, std::span<const float> input) {
  const auto* first = reinterpret_cast<const uint8_t*>(input.data());
  const Bytes bytes = engine.run(std::vector<Bytes>{Bytes(first, first + input.size_bytes())}).at(0);
  const auto* values = reinterpret_cast<const float*>(bytes.data());
  return {values, values + bytes.size() / sizeof(float)};
}

}  // namespace

Graph correct_biases(const Graph& model, const std::vector<Range>& ranges, const Settings& settings,
                     const Dataset& dataset, ThreadPool&) {
  Graph corrected = with_own_parameters(model);
  std::vector<Range> all(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(model.tensors.size()));
  all.resize(corrected.tensors.size());
  all.insert(all.end(), ranges.begin() + static_cast<std::ptrdiff_t>(model.tensors.size()), ranges.end());
  run::Engine exact(model);
  for (size_t i = 0; i < corrected.nodes.size(); ++i) {
    const Node node = corrected.nodes[i];
    if (!has_layer_weights(corrected, node)) continue;
    const Graph quantized = quantize(corrected, all, settings);
    const Node& quantized_node =
        *std::find_if(quantized.nodes.begin(), quantized.nodes.end(),
                      [&](const Node& other) { return other.outputs[0] == node.outputs[0]; });
    Graph exact_layer = layer_alone(corrected, node), coarse_layer = exact_layer;
    coarse_layer[coarse_layer.nodes[0].inputs[1]] = dequantized(quantized[quantized_node.inputs[1]]);
    run::Engine rounding(quantized), exact_engine(exact_layer), coarse_engine(coarse_layer);
    const auto channels = static_cast<size_t>(corrected[node.inputs[2]].shape[0]);
    std::vector<double> shift(channels);
    size_t count = 0;
    for (size_t example = 0; example < dataset.count; ++example) {
      check_interrupt();
      const auto before = inputs_of(model, dataset, node.inputs[0], exact, example);
      const auto after = inputs_of(quantized, dataset, quantized_node.inputs[0], rounding, example);
      const std::vector<float> wanted = output_of(exact_engine, before),
                               got = output_of(coarse_engine, after);
      for (size_t k = 0; k < wanted.size(); ++k) {
        shift[k % channels] += static_cast<double>(wanted[k]) - static_cast<double>(got[k]);
      }
      count += wanted.size() / channels;
    }
    LayerWeights layer(corrected, node);
    for (size_t c = 0; c < channels; ++c)
      layer.bias()[c] += static_cast<float>(shift[c] / static_cast<double>(count));
    layer.store(corrected);
  }
  return corrected;
}

}  // namespace tinyml::quantize
