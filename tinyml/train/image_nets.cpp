// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/image_nets.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/graph/builder.h"

namespace tinyml::train {
namespace {

constexpr Extent k1{1, 1}, k3{3, 3};

class Net {
 public:
  Net(GraphBuilder& graph, const ImageNetSize& size) : graph_(graph), width_(size.width) {}

  int32_t channels(double of_width_1) const {
    const double wanted = of_width_1 * width_;
    const int32_t step = wanted < 16 ? 4 : 8;
    const int32_t rounded = step * static_cast<int32_t>(std::lround(wanted / step));
    return std::max(rounded, step);
  }

  TensorId conv(TensorId x, double filters, Extent kernel, int32_t stride = 1,
                Activation activation = Activation::relu) {
    return graph_.conv_2d(x, channels(filters), kernel, {stride, stride}, activation);
  }

  TensorId separable(TensorId x, double filters, int32_t stride) {
    x = graph_.depthwise_conv_2d(x, k3, {stride, stride});
    return graph_.conv_2d(x, channels(filters), k1);
  }

  /// Sandler et al. 2018, figure 3b: widened by `expansion`, depthwise, narrowed without activation, and
  /// added to the input where the shapes are equal.
  TensorId inverted_residual(TensorId x, double filters, int32_t stride, int32_t expansion) {
    const Shape in = graph_.shape(x);
    TensorId y = x;
    if (expansion > 1) y = graph_.conv_2d(y, in[3] * expansion, k1, {}, Activation::relu6);
    y = graph_.depthwise_conv_2d(y, k3, {stride, stride}, Activation::relu6);
    y = graph_.conv_2d(y, channels(filters), k1, {}, Activation::none);
    return graph_.shape(y) == in ? graph_.add(x, y) : y;
  }

 private:
  GraphBuilder& graph_;
  double width_;
};

struct Stage {
  double filters;
  int32_t repeats, stride;
};

/// Howard et al. 2017, table 1.
TensorId mobilenet_v1(GraphBuilder& graph, Net net, TensorId x) {
  x = net.conv(x, 32, k3, 2);
  for (const Stage& stage : {Stage{64, 1, 1}, {128, 2, 2}, {256, 2, 2}, {512, 6, 2}, {1024, 2, 2}}) {
    for (int32_t i = 0; i < stage.repeats; ++i)
      x = net.separable(x, stage.filters, i == 0 ? stage.stride : 1);
  }
  return graph.global_average_pool(x);
}

/// The same with a first layer of stride 4 and without the block at half the resolution, where MobileNet
/// needs most of its memory.
TensorId mobilenet_v1_stem4(GraphBuilder& graph, Net net, TensorId x) {
  x = net.conv(x, 64, {5, 5}, 4);
  for (const Stage& stage : {Stage{128, 2, 1}, {256, 2, 2}, {512, 6, 2}, {1024, 2, 2}}) {
    for (int32_t i = 0; i < stage.repeats; ++i)
      x = net.separable(x, stage.filters, i == 0 ? stage.stride : 1);
  }
  return graph.global_average_pool(x);
}

/// Sandler et al. 2018, table 2.
TensorId mobilenet_v2(GraphBuilder& graph, Net net, TensorId x) {
  x = net.conv(x, 32, k3, 2, Activation::relu6);
  x = net.inverted_residual(x, 16, 1, 1);
  for (const Stage& stage : {Stage{24, 2, 2}, {32, 3, 2}, {64, 4, 2}, {96, 3, 1}, {160, 3, 2}, {320, 1, 1}}) {
    for (int32_t i = 0; i < stage.repeats; ++i) {
      x = net.inverted_residual(x, stage.filters, i == 0 ? stage.stride : 1, 6);
    }
  }
  return graph.global_average_pool(net.conv(x, 1280, k1, 1, Activation::relu6));
}

/// Some 10,000 parameters of MobileNetV2's blocks behind a first layer that takes squares of 4 x 4 pixels:
/// the picture is the largest tensor.
TensorId mobilenet_v2_tiny(GraphBuilder& graph, Net net, TensorId x) {
  x = net.conv(x, 12, {4, 4}, 4, Activation::relu6);
  x = net.inverted_residual(x, 12, 2, 2);
  x = net.inverted_residual(x, 12, 1, 4);
  x = net.inverted_residual(x, 20, 2, 4);
  x = net.inverted_residual(x, 20, 1, 3);
  return graph.global_average_pool(net.conv(x, 56, k1, 1, Activation::relu6));
}

/// Dense 3x3 convolutions, maxima of 2x2 between them.
TensorId cnn_2d(GraphBuilder& graph, Net net, TensorId x) {
  x = net.conv(x, 16, k3, 2);
  for (const double filters : {32.0, 64.0, 96.0, 128.0}) {
    x = net.conv(x, filters, k3);
    const Shape s = graph.shape(x);
    if (filters < 128 && std::min(s[1], s[2]) >= 4) x = graph.max_pool_2d(x, {2, 2}, {2, 2});
  }
  return graph.global_average_pool(x);
}

/// Dense 3x3 convolutions of stride 2: a quarter of cnn_2d's work.
TensorId cnn_2d_strided(GraphBuilder& graph, Net net, TensorId x) {
  for (const double filters : {16.0, 32.0, 64.0, 96.0}) x = net.conv(x, filters, k3, 2);
  return graph.global_average_pool(net.conv(x, 128, k3));
}

/// Makes a net that learns from a few thousand steps. Batch norm undoes any scale of the weights before it
/// but not of their steps, so smaller ones turn faster; and it has to follow them.
void make_quick(Graph& graph) {
  constexpr float kScale = 0.25f, kMomentum = 0.9f;
  for (Node& node : graph.nodes) {
    if (auto* norm = std::get_if<BatchNorm>(&node.op)) norm->momentum = kMomentum;
    if (!std::holds_alternative<Conv2D>(node.op) && !std::holds_alternative<DepthwiseConv2D>(node.op))
      continue;
    Tensor& weights = graph[node.inputs.at(1)];
    const std::span<const float> initial = weights.values<float>();
    std::vector<float> values(initial.begin(), initial.end());
    for (float& value : values) value *= kScale;
    weights.data = to_constant<float>(values);
  }
}

using Body = TensorId (*)(GraphBuilder&, Net, TensorId);

struct Known {
  Architecture architecture;
  Body body;
};

const std::vector<Known>& known_nets() {
  static const std::vector<Known> list{
      {{"cnn_2d", "dense 3x3 convolutions with maximum pooling: the most accurate from few pictures"},
       cnn_2d},
      {{"cnn_2d_strided", "the same with strides for pooling: a quarter of the work"}, cnn_2d_strided},
      {{"mobilenet_v1", "depthwise separable convolutions (arXiv 1704.04861)"}, mobilenet_v1},
      {{"mobilenet_v1_stem4", "the same behind a first layer of stride 4: a third of the memory"},
       mobilenet_v1_stem4},
      {{"mobilenet_v2", "inverted residuals (arXiv 1801.04381)"}, mobilenet_v2},
      {{"mobilenet_v2_tiny", "some 10,000 parameters of MobileNetV2's blocks"}, mobilenet_v2_tiny}};
  return list;
}

}  // namespace

const std::vector<Architecture>& image_architectures() {
  static const std::vector<Architecture> list = [] {
    std::vector<Architecture> all;
    for (const Known& known : known_nets()) all.push_back(known.architecture);
    return all;
  }();
  return list;
}

Graph build_image_net(std::string_view name, const Shape& input, int32_t classes, uint64_t seed,
                      ImageNetSize size) {
  TINYML_CHECK(input.size() == 4 && input[0] == 1 && classes > 0);
  if (!(size.width >= 0.01 && size.width <= 8)) {
    throw Error(ErrorKind::invalid_argument, fmt::format("width must be 0.01 .. 8, not {}", size.width));
  }
  if (input[1] < 16 || input[2] < 16) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("pictures of {} x {} are too small for {}: at least 16 x 16", input[1], input[2], name));
  }
  std::vector<std::string> names;
  for (const Known& known : known_nets()) {
    names.push_back(known.architecture.name);
    if (known.architecture.name != name) continue;
    GraphBuilder graph(std::string(name), seed);
    TensorId x = known.body(graph, Net(graph, size), graph.input("picture", input));
    if (size.dropout > 0) x = graph.dropout(x, static_cast<float>(size.dropout));
    Graph net = graph.finish(graph.dense(x, classes));
    make_quick(net);
    return net;
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown architecture \"{}\"; nearest: {}", name, nearest_names(name, names)));
}

}  // namespace tinyml::train
