// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/rewrites.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tinyml {
namespace {

/// The axis of a layer's weights that counts its output channels; negative for layers without weights.
int output_axis(const Operator& op) {
  if (std::holds_alternative<Conv2D>(op) || std::holds_alternative<FullyConnected>(op)) return 0;
  return std::holds_alternative<DepthwiseConv2D>(op) ? 3 : -1;
}

Activation* activation_of(Operator& op) {
  return std::visit(
      []<class Op>(Op& attributes) -> Activation* {
        if constexpr (!std::is_same_v<Op, Relu> && requires { attributes.activation; }) {
          return &attributes.activation;
        } else {
          return nullptr;
        }
      },
      op);
}

/// The node that writes `id`, if `id` has no other reader and is no output of the graph.
Node* private_producer(Graph& graph, TensorId id) {
  if (graph.consumers(id).size() != 1 || std::count(graph.outputs.begin(), graph.outputs.end(), id))
    return nullptr;
  for (Node& node : graph.nodes) {
    if (node.outputs.at(0) == id) return &node;
  }
  return nullptr;
}

void fold_batch_norm(Graph& graph, Node& layer, const Node& norm) {
  const auto& attributes = std::get<BatchNorm>(norm.op);
  const auto gamma = graph[norm.inputs[1]].values<float>();
  const auto beta = graph[norm.inputs[2]].values<float>();
  const auto mean = graph[norm.inputs[3]].values<float>();
  const auto variance = graph[norm.inputs[4]].values<float>();
  const size_t channels = gamma.size();

  Tensor weights = graph[layer.inputs[1]];
  const auto old = weights.values<float>();
  std::vector<float> scaled(old.begin(), old.end());
  const size_t inner = output_axis(layer.op) == 0 ? scaled.size() / channels : 1;
  std::vector<float> bias(channels);
  const TensorId bias_id = layer.inputs.size() > 2 ? layer.inputs[2] : kNoTensor;
  for (size_t c = 0; c < channels; ++c) {
    const double factor = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + attributes.epsilon);
    const double before = bias_id == kNoTensor ? 0.0 : graph[bias_id].values<float>()[c];
    bias[c] = static_cast<float>(beta[c] + (before - mean[c]) * factor);
    for (size_t i = 0; i < scaled.size() / channels; ++i) {
      float& value = scaled[inner == 1 ? i * channels + c : c * inner + i];
      value = static_cast<float>(value * factor);
    }
  }
  weights.quantization = {};
  weights.data = to_constant<float>(scaled);
  const std::string name = graph[layer.outputs[0]].name;
  layer.inputs.resize(3, kNoTensor);
  layer.inputs[1] = graph.add(std::move(weights));
  layer.inputs[2] = graph.add(
      {name + "/bias", DType::float32, {static_cast<int32_t>(channels)}, {}, to_constant<float>(bias)});
}

bool has_float_parameters(const Graph& graph, const Node& layer) {
  return std::all_of(layer.inputs.begin() + 1, layer.inputs.end(), [&](TensorId id) {
    return id == kNoTensor || (graph[id].is_constant() && graph[id].dtype == DType::float32);
  });
}

Graph fold(const Graph& source, bool everything) {
  Graph graph = source;
  for (size_t i = 0; i < graph.nodes.size();) {
    const Node node = graph.nodes[i];
    const bool norm = std::holds_alternative<BatchNorm>(node.op);
    const bool relu = std::holds_alternative<Relu>(node.op);
    if (std::holds_alternative<Dropout>(node.op)) {
      for (Node& other : graph.nodes)
        std::replace(other.inputs.begin(), other.inputs.end(), node.outputs[0], node.inputs[0]);
      std::replace(graph.outputs.begin(), graph.outputs.end(), node.outputs[0], node.inputs[0]);
    } else if (norm || relu) {
      Node* layer = private_producer(graph, node.inputs[0]);
      Activation* activation = layer ? activation_of(layer->op) : nullptr;
      const bool fits = layer && activation && *activation == Activation::none &&
                        (relu || (output_axis(layer->op) >= 0 && has_float_parameters(graph, *layer)));
      if (!fits && !everything) {
        ++i;
        continue;
      }
      if (!fits) {
        throw Error(ErrorKind::unsupported, fmt::format("{} after {} has no layer to be folded into",
                                                        name_of(node.op), graph[node.inputs[0]].name));
      }
      if (norm) {
        // graph.add may move tensors but not nodes; the layer pointer stays good.
        fold_batch_norm(graph, *layer, node);
      } else {
        *activation = std::get<Relu>(node.op).activation;
      }
      layer->outputs = node.outputs;
    } else {
      ++i;
      continue;
    }
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return without_unused_tensors(graph);
}

}  // namespace

Graph fold_for_inference(const Graph& graph) { return fold(graph, true); }

Graph fold_neighbours(const Graph& graph) { return fold(graph, false); }

Graph without_unused_tensors(const Graph& source) {
  std::vector<TensorId> renamed(source.tensors.size(), kNoTensor);
  Graph graph;
  graph.name = source.name;
  graph.metadata = source.metadata;
  const auto keep = [&](TensorId id) {
    if (id == kNoTensor) return kNoTensor;
    TensorId& to = renamed[static_cast<size_t>(id)];
    if (to == kNoTensor) to = graph.add(source[id]);
    return to;
  };
  for (const TensorId id : source.inputs) graph.inputs.push_back(keep(id));
  for (const Node& node : source.nodes) {
    Node copy{node.op, {}, {}};
    for (const TensorId id : node.inputs) copy.inputs.push_back(keep(id));
    for (const TensorId id : node.outputs) copy.outputs.push_back(keep(id));
    graph.nodes.push_back(std::move(copy));
  }
  for (const TensorId id : source.outputs) graph.outputs.push_back(keep(id));
  return graph;
}

}  // namespace tinyml
