// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tinyml/formats/keras/import.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"

namespace tinyml::formats::keras {
namespace {

void drop_unread(Graph& graph) {
  std::vector<bool> read(graph.tensors.size());
  for (const TensorId id : graph.outputs) read[static_cast<size_t>(id)] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (std::none_of(node->outputs.begin(), node->outputs.end(),
                     [&](TensorId id) { return read[static_cast<size_t>(id)]; })) {
      continue;
    }
    for (const TensorId id : node->inputs) {
      if (id != kNoTensor) read[static_cast<size_t>(id)] = true;
    }
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
}

/// input * (gamma / deviation) + (beta - mean * gamma / deviation)
std::vector<Node> product_and_sum(Graph& graph, const Node& norm) {
  const auto gamma = graph[norm.inputs[1]].values<float>(), beta = graph[norm.inputs[2]].values<float>();
  const auto mean = graph[norm.inputs[3]].values<float>(), variance = graph[norm.inputs[4]].values<float>();
  std::vector<float> factor(gamma.size()), term(gamma.size());
  for (size_t c = 0; c < factor.size(); ++c) {
    const double exact = gamma[c] / std::sqrt(double{variance[c]} + std::get<BatchNorm>(norm.op).epsilon);
    factor[c] = static_cast<float>(exact);
    term[c] = static_cast<float>(beta[c] - mean[c] * exact);
  }
  const Tensor output = graph[norm.outputs[0]];
  const Shape channels{static_cast<int32_t>(factor.size())};
  const TensorId factors =
      graph.add({output.name + "/factor", DType::float32, channels, {}, to_constant<float>(factor)});
  const TensorId terms =
      graph.add({output.name + "/term", DType::float32, channels, {}, to_constant<float>(term)});
  const TensorId product = graph.add({output.name + "/product", DType::float32, output.shape, {}, {}});
  return {{Mul{}, {norm.inputs[0], factors}, {product}}, {Add{}, {product, terms}, norm.outputs}};
}

void unfold_batch_norms(Graph& graph) {
  std::vector<Node> nodes;
  for (const Node& node : graph.nodes) {
    if (!std::holds_alternative<BatchNorm>(node.op)) {
      nodes.push_back(node);
      continue;
    }
    for (Node& part : product_and_sum(graph, node)) nodes.push_back(std::move(part));
  }
  graph.nodes = std::move(nodes);
}

/// Whether `valid` windows over the padded extent are the `same` windows over the extent.
bool is_same_padding(int32_t extent, int32_t before, int32_t after, int32_t filter, int32_t stride,
                     int32_t dilation) {
  const int64_t reach = int64_t{filter - 1} * dilation + 1;
  if (reach > int64_t{extent} + before + after) return false;
  const WindowAxis same = window_axis(extent, filter, stride, dilation, Padding::same);
  const int64_t outputs = (int64_t{extent} + before + after - reach) / stride + 1;
  return same.output == outputs && same.pad_before == before;
}

/// MobileNet's way: zeros around the input, then a convolution with `valid` padding.
template <class Op>
bool takes_padding(const Graph& graph, const Node& node, const Pad& pad, const Shape& unpadded) {
  const auto* op = std::get_if<Op>(&node.op);
  if (!op || op->padding != Padding::valid) return false;
  const Shape& weights = graph[node.inputs[1]].shape;
  return is_same_padding(unpadded[1], pad.before[1], pad.after[1], weights[1], op->stride_height,
                         op->dilation_height) &&
         is_same_padding(unpadded[2], pad.before[2], pad.after[2], weights[2], op->stride_width,
                         op->dilation_width);
}

void fold_padding(Graph& graph) {
  for (const Node& padding : graph.nodes) {
    const auto* pad = std::get_if<Pad>(&padding.op);
    if (!pad || pad->mode != PadMode::constant || pad->value != 0) continue;
    const Shape& shape = graph[padding.inputs[0]].shape;
    if (shape.size() != 4 || pad->before[0] + pad->after[0] + pad->before[3] + pad->after[3] != 0) continue;
    for (Node& node : graph.nodes) {
      if (node.inputs[0] != padding.outputs[0]) continue;
      if (takes_padding<Conv2D>(graph, node, *pad, shape)) {
        std::get<Conv2D>(node.op).padding = Padding::same;
      } else if (takes_padding<DepthwiseConv2D>(graph, node, *pad, shape)) {
        std::get<DepthwiseConv2D>(node.op).padding = Padding::same;
      } else {
        continue;
      }
      node.inputs[0] = padding.inputs[0];
    }
  }
}

}  // namespace

Graph finish(Graph graph) {
  drop_unread(graph);
  graph = fold_neighbours(graph);
  unfold_batch_norms(graph);
  fold_padding(graph);
  drop_unread(graph);
  graph = without_unused_tensors(graph);
  ops::infer(graph);
  verify(graph);
  return graph;
}

}  // namespace tinyml::formats::keras
