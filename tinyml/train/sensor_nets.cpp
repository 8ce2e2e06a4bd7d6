// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/sensor_nets.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml::train {
namespace {

constexpr int32_t kTaps = 5;

/// Features as channels along time: [1, 1, frames, features].
TensorId along_time(GraphBuilder& net, TensorId x) {
  const Shape s = net.shape(x);
  return net.reshape(x, {1, 1, s[1], s[2] * s[3]});
}

int32_t frames(const GraphBuilder& net, TensorId x) { return net.shape(x)[2]; }

TensorId halved(GraphBuilder& net, TensorId x) {
  return frames(net, x) < 4 ? x : net.max_pool_2d(x, {1, 2}, {1, 2});
}

/// A weighted sum over time, learned for every channel.
TensorId ordered(GraphBuilder& net, TensorId x) {
  return net.depthwise_conv_2d(x, {1, frames(net, x)}, {}, Activation::relu, Padding::valid);
}

TensorId dropped(GraphBuilder& net, TensorId x, const NetSize& size) {
  return size.dropout > 0 ? net.dropout(x, size.dropout) : x;
}

NetSize with_defaults(NetSize size, NetSize defaults) {
  return {size.width > 0 ? size.width : defaults.width, size.depth > 0 ? size.depth : defaults.depth,
          size.bottleneck > 0 ? size.bottleneck : defaults.bottleneck, size.dropout};
}

/// Long windows lose every other frame in the first layer.
Extent first_stride(const GraphBuilder& net, TensorId x) { return {1, frames(net, x) >= 64 ? 2 : 1}; }

}  // namespace

namespace {

TensorId plain_convolutions(GraphBuilder& net, TensorId x, NetSize size) {
  size = with_defaults(size, {16, 3});
  x = along_time(net, x);
  for (int32_t i = 0; i < size.depth; ++i) {
    if (i > 0) x = halved(net, x);
    x = net.conv_2d(x, size.width * (i + 1), {1, kTaps}, i == 0 ? first_stride(net, x) : Extent{});
  }
  return x;
}

}  // namespace

TensorId cnn_1d(GraphBuilder& net, TensorId x, NetSize size) {
  return net.global_average_pool(dropped(net, plain_convolutions(net, x, size), size));
}

TensorId cnn_1d_ordered(GraphBuilder& net, TensorId x, NetSize size) {
  x = plain_convolutions(net, x, size);
  return dropped(net, ordered(net, x), size);
}

TensorId cnn_1d_separable(GraphBuilder& net, TensorId x, NetSize size) {
  size = with_defaults(size, {24, 3});
  x = along_time(net, x);
  x = net.conv_2d(x, size.width, {1, kTaps}, first_stride(net, x));
  for (int32_t i = 0; i < size.depth; ++i) {
    x = net.depthwise_conv_2d(halved(net, x), {1, kTaps});
    x = net.conv_2d(x, size.width + size.width / 2 * (i + 1), {1, 1});
  }
  return net.global_average_pool(dropped(net, x, size));
}

/// Dilations 1, 2, 4, … without padding: every value depends on the frames up to its own alone, and none is
/// made up (WaveNet's receptive field, arXiv 1609.03499).
TensorId cnn_1d_dilated(GraphBuilder& net, TensorId x, NetSize size) {
  constexpr int32_t kDilatedTaps = 3;
  size = with_defaults(size, {24, 4});
  x = along_time(net, x);
  for (int32_t i = 0, dilation = 1; i < size.depth; ++i, dilation *= 2) {
    if (frames(net, x) <= (kDilatedTaps - 1) * dilation) {
      if (i > 0) break;
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("a window of {} frames is too short for cnn_1d_dilated: at least {}",
                              frames(net, x), kDilatedTaps));
    }
    x = net.conv_2d(x, size.width, {1, kDilatedTaps}, {}, Activation::relu, Padding::valid, {1, dilation});
  }
  return net.global_average_pool(dropped(net, x, size));
}

namespace {

template <class Layer>
TensorId recurrent(GraphBuilder& net, TensorId x, NetSize size, Layer layer) {
  size = with_defaults(size, {24, 1});
  const Shape s = net.shape(x);
  x = net.reshape(x, {1, s[1], s[2] * s[3]});
  for (int32_t i = 0; i < size.depth; ++i) x = (net.*layer)(x, size.width);
  return dropped(net, net.last_step(x), size);
}

}  // namespace

TensorId lstm(GraphBuilder& net, TensorId x, NetSize size) {
  return recurrent(net, x, size, &GraphBuilder::lstm);
}

TensorId gru(GraphBuilder& net, TensorId x, NetSize size) {
  return recurrent(net, x, size, &GraphBuilder::gru);
}

TensorId conv_lstm(GraphBuilder& net, TensorId x, NetSize size) {
  size = with_defaults(size, {24, 1});
  x = along_time(net, x);
  x = net.conv_2d(x, size.width, {1, kTaps}, {1, frames(net, x) >= 4 ? 2 : 1});
  const int32_t steps = frames(net, x);
  x = net.reshape(x, {1, steps, size.width});
  for (int32_t i = 0; i < size.depth; ++i) x = net.lstm(x, size.width);
  return dropped(net, ordered(net, net.reshape(x, {1, 1, steps, size.width})), size);
}

TensorId mlp(GraphBuilder& net, TensorId x, NetSize size) {
  size = with_defaults(size, {32, 2});
  for (int32_t i = 0; i < size.depth; ++i) x = net.dense(x, size.width, Activation::relu);
  return x;
}

Graph build_autoencoder(std::string_view name, const Shape& input, uint64_t seed, NetSize size) {
  TINYML_CHECK(input.size() == 4 && input[0] == 1);
  const bool convolutional = name == "conv_autoencoder";
  if (!convolutional && name != "autoencoder") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown autoencoder \"{}\": autoencoder or conv_autoencoder", name));
  }
  GraphBuilder net(std::string(name), seed);
  TensorId x = net.input("features", input);
  const auto values = static_cast<int32_t>(elements(input));
  if (convolutional) {
    size = with_defaults(size, {16, 2, 8});
    x = along_time(net, x);
    for (int32_t i = 0; i < size.depth; ++i) {
      x = net.conv_2d(x, size.width, {1, kTaps}, {1, frames(net, x) >= 4 ? 2 : 1});
    }
    x = net.dense(x, size.bottleneck);
    x = net.dense(x, 2 * size.width, Activation::relu);
  } else {
    size = with_defaults(size, {32, 1, 8});
    for (int32_t i = 0; i < size.depth; ++i) x = net.dense(x, size.width, Activation::relu);
    x = net.dense(x, size.bottleneck);
    for (int32_t i = 0; i < size.depth; ++i) x = net.dense(x, size.width, Activation::relu);
  }
  return net.finish(net.reshape(net.dense(x, values), input));
}

}  // namespace tinyml::train
