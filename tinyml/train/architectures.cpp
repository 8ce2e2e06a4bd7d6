// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/architectures.h"

#include <fmt/core.h>

#include "tinyml/graph/builder.h"
#include "tinyml/train/sensor_nets.h"

namespace tinyml::train {
namespace {

/// x + depthwise k x 1, 1x1: the residual temporal block; x is [1, frames, 1, channels].
TensorId temporal_block(GraphBuilder& net, TensorId x, int32_t kernel) {
  TensorId y = net.depthwise_conv_2d(x, {kernel, 1}, {}, Activation::none);
  y = net.conv_2d(y, net.shape(x)[3], {1, 1}, {}, Activation::none);
  return net.add(x, y, Activation::relu);
}

TensorId separable(GraphBuilder& net, TensorId x, int32_t filters, Extent stride) {
  return net.conv_2d(net.depthwise_conv_2d(x, {3, 3}, stride), filters, {1, 1});
}

/// Two-dimensional front that halves the frequency axis three times, then bands become channels and
/// residual separable convolutions run along time (the idea of BC-ResNet, arXiv 2106.04140, and
/// SparkNet, arXiv 2406.06634, at lower cost).
TensorId hybrid(GraphBuilder& net, TensorId x, int32_t front, int32_t width) {
  x = net.conv_2d(x, front, {5, 5}, {2, 2});
  x = separable(net, x, front, {1, 2});
  x = separable(net, x, front, {1, 2});
  const Shape s = net.shape(x);
  x = net.reshape(x, {1, s[1], 1, s[2] * s[3]});
  x = net.conv_2d(x, width, {1, 1});
  for (int i = 0; i < 3; ++i) x = temporal_block(net, x, 9);
  return net.global_average_pool(x);
}

/// Hello Edge (arXiv 1711.07128), the small net of MLPerf Tiny.
TensorId ds_cnn(GraphBuilder& net, TensorId x, int32_t width) {
  const int32_t bands = net.shape(x)[2];
  x = net.conv_2d(x, width, {10, 4}, {2, bands >= 20 ? 4 : 2});
  for (int i = 0; i < 4; ++i) x = separable(net, x, width, {1, 1});
  return net.global_average_pool(net.dropout(x, 0.2f));
}

/// Bands as channels, residual convolutions along time (TC-ResNet, arXiv 1904.03814).
TensorId tc_resnet(GraphBuilder& net, TensorId x) {
  const Shape s = net.shape(x);
  x = net.reshape(x, {1, s[1], 1, s[2] * s[3]});
  x = net.conv_2d(x, 16, {3, 1});
  for (const int32_t width : {24, 32, 48}) {
    TensorId y = net.conv_2d(x, width, {9, 1}, {2, 1});
    y = net.conv_2d(y, width, {9, 1}, {}, Activation::none);
    x = net.add(net.conv_2d(x, width, {1, 1}, {2, 1}), y, Activation::relu);
  }
  return net.global_average_pool(net.dropout(x, 0.2f));
}

using Body = TensorId (*)(GraphBuilder&, TensorId, NetSize);

/// Null for the nets of spectrograms.
Body sensor_net(std::string_view name) {
  constexpr std::pair<std::string_view, Body> kBodies[] = {{"cnn_1d", cnn_1d},
                                                           {"cnn_1d_ordered", cnn_1d_ordered},
                                                           {"cnn_1d_separable", cnn_1d_separable},
                                                           {"cnn_1d_dilated", cnn_1d_dilated},
                                                           {"lstm", lstm},
                                                           {"gru", gru},
                                                           {"conv_lstm", conv_lstm},
                                                           {"dense", mlp}};
  for (const auto& [known, body] : kBodies) {
    if (known == name) return body;
  }
  return nullptr;
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> list{
      {"hybrid", "2-D front, 1-D residual body: the most accurate for its cost on keywords"},
      {"hybrid_small", "the same at half the width: under 0.3 M MACs for 40 bands"},
      {"ds_cnn", "depthwise-separable CNN of MLPerf Tiny (arXiv 1711.07128)"},
      {"tc_resnet", "1-D temporal residual net (arXiv 1904.03814)"},
      {"cnn_1d", "plain convolutions along time, for sensor windows"},
      {"cnn_1d_ordered",
       "cnn_1d that knows when in the window something was: for gestures and centred labels"},
      {"cnn_1d_separable", "depthwise separable convolutions along time: less work, nearly as accurate"},
      {"cnn_1d_dilated", "causal convolutions of growing dilation, for slow patterns"},
      {"lstm", "a recurrent net: one step a frame, can answer after each (Hochreiter 1997)"},
      {"gru", "a recurrent net of three gates instead of four (Cho 2014)"},
      {"conv_lstm",
       "a convolution, then an lstm all of whose steps count: for centred labels (Ordonez 2016)"},
      {"dense", "dense layers, for features of a whole window"}};
  return list;
}

Graph build_architecture(std::string_view name, const Shape& input, int32_t classes, uint64_t seed,
                         NetSize size) {
  TINYML_CHECK(input.size() == 4 && input[0] == 1 && classes > 0);
  GraphBuilder net(std::string(name), seed);
  TensorId x = net.input("features", input);
  if (const auto body = sensor_net(name)) return net.finish(net.dense(body(net, x, size), classes));
  if (name.starts_with("bidirectional_")) {
    throw Error(ErrorKind::unsupported,
                fmt::format("not supported: architecture \"{}\": a bidirectional net begins at the end of a "
                            "window, which no stream has; take lstm or gru",
                            name));
  }
  if (input[1] < 8 || input[2] < 8) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("features of {} are too small for {}: at least 8 frames of 8 bands",
                            to_string(input), name));
  }
  if (name == "hybrid") {
    x = hybrid(net, x, 16, 40);
  } else if (name == "hybrid_small") {
    x = hybrid(net, x, 10, 24);
  } else if (name == "ds_cnn") {
    x = ds_cnn(net, x, 64);
  } else if (name == "tc_resnet") {
    x = tc_resnet(net, x);
  } else {
    std::vector<std::string> names;
    for (const Architecture& known : architectures()) names.push_back(known.name);
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown architecture \"{}\"; nearest: {}", name, nearest_names(name, names)));
  }
  return net.finish(net.dense(x, classes));
}

}  // namespace tinyml::train
