// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/cases/graph_grower.h"

namespace tinyml::tests {

namespace {

/// Input, weights and perhaps a bias.
std::vector<TensorId> with_bias(GraphGrower& g, TensorId x, TensorId weights, int32_t channels,
                                int32_t taps) {
  std::vector<TensorId> inputs = {x, weights};
  if (!g.one_in(4)) inputs.push_back(g.builder().bias(channels, taps, x, weights));
  return inputs;
}

int32_t filter_extent(GraphGrower& g, int32_t input, Padding padding, int32_t dilation) {
  const int32_t most = padding == Padding::same ? 5 : std::min(5, (input - 1) / dilation + 1);
  return g.between(1, most);
}

bool conv_2d(GraphGrower& g) {
  const TensorId x = g.value(4, g.either());
  const Shape in = g[x].shape;
  Conv2D op;
  op.padding = g.padding();
  op.activation = g.activation();
  op.stride_height = g.between(1, 3);
  op.stride_width = g.between(1, 3);
  if (g.one_in(4)) op.dilation_height = g.between(1, 3), op.dilation_width = g.between(1, 3);
  const int32_t height = g.one_in(3) ? 1 : filter_extent(g, in[1], op.padding, op.dilation_height);
  const int32_t width = height == 1 ? 1 : filter_extent(g, in[2], op.padding, op.dilation_width);
  const int32_t channels = g.between(1, 12), taps = height * width * in[3];
  const TensorId weights =
      g.builder().weights({channels, height, width, in[3]}, g.one_in(5) ? -1 : 0, g.scale(-8, -4));
  const TensorId y = g.result_of_sums(x, weights, taps);
  return g.add(op, with_bias(g, x, weights, channels, taps), {y});
}

bool depthwise_conv_2d(GraphGrower& g) {
  const TensorId x = g.value(4, g.either());
  const Shape in = g[x].shape;
  DepthwiseConv2D op;
  op.padding = g.padding();
  op.activation = g.activation();
  op.stride_height = op.stride_width = g.between(1, 3);
  if (g.one_in(4)) op.dilation_height = op.dilation_width = g.between(1, 2);
  op.depth_multiplier = g.one_in(4) ? g.between(1, 3) : 1;
  const int32_t height = filter_extent(g, in[1], op.padding, op.dilation_height);
  const int32_t width = filter_extent(g, in[2], op.padding, op.dilation_width);
  const int32_t channels = in[3] * op.depth_multiplier, taps = height * width;
  const TensorId weights =
      g.builder().weights({1, height, width, channels}, g.one_in(5) ? -1 : 3, g.scale(-8, -4));
  const TensorId y = g.result_of_sums(x, weights, taps);
  return g.add(op, with_bias(g, x, weights, channels, taps), {y});
}

bool transpose_conv(GraphGrower& g) {
  const TensorId x = g.value(4, g.either());
  const Shape in = g[x].shape;
  TransposeConv op;
  op.padding = g.padding();
  op.stride_height = g.between(1, 3);
  op.stride_width = g.between(1, 3);
  const int32_t height = g.between(1, 4), width = g.between(1, 4), channels = g.between(1, 6);
  const auto extent = [&](int32_t input, int32_t stride, int32_t filter) {
    return op.padding == Padding::same ? input * stride : (input - 1) * stride + filter;
  };
  op.output_height = extent(in[1], op.stride_height, height);
  op.output_width = extent(in[2], op.stride_width, width);
  const TensorId weights =
      g.builder().weights({channels, height, width, in[3]}, g.one_in(5) ? -1 : 0, g.scale(-8, -4));
  const int32_t taps = height * width * in[3];
  const TensorId y = g.result_of_sums(x, weights, taps);
  return g.add(op, with_bias(g, x, weights, channels, taps), {y});
}

bool fully_connected(GraphGrower& g) {
  const TensorId x = g.any_value(g.either());
  const Shape in = g[x].shape;
  FullyConnected op{g.activation(), std::ssize(in) > 2 && g.one_in(2)};
  const int32_t inputs = op.keep_dims || std::ssize(in) == 2 ? in.back() : static_cast<int32_t>(elements(in));
  const int32_t units = g.between(1, 20);
  const TensorId weights = g.builder().weights({units, inputs}, g.one_in(3) ? 0 : -1, g.scale(-8, -4));
  const TensorId y = g.result_of_sums(x, weights, inputs);
  return g.add(op, with_bias(g, x, weights, units, inputs), {y});
}

template <class Pool>
bool pool(GraphGrower& g) {
  const TensorId x = g.value(4, g.either());
  const Shape in = g[x].shape;
  Pool op;
  op.padding = g.padding();
  op.activation = g.activation();
  op.filter_height = g.between(1, in[1]);
  op.filter_width = g.between(1, in[2]);
  op.stride_height = g.between(1, 3);
  op.stride_width = g.between(1, 3);
  return g.add(op, {x}, {g.result_like(x)});
}

bool svdf(GraphGrower& g) {
  const TensorId x = g.value(2);
  const int32_t inputs = g[x].shape[1], units = g.between(1, 6), memory = g.between(1, 8);
  Svdf op;
  op.rank = g.between(1, 3);
  const DType times_type = g.one_of({DType::int8, DType::int16});
  const TensorId features = g.builder().weights({units * op.rank, inputs}, -1, g.scale(-8, -4));
  const float sums = g[x].quantization.scale() * g[features].quantization.scale() * 73.0f;
  op.state_scale = times_type == DType::int8 ? sums : sums / 256;
  op.state_zero_point = times_type == DType::int8 ? g.zero_point() : 0;
  const TensorId times = g.builder().constant({units * op.rank, memory}, g.scale(-8, -4), 0, times_type);
  // TensorFlow Lite Micro takes a bias whose scale, float, is within 1e-5 of this product's.
  if (op.state_scale * g[times].quantization.scale() > 64) return false;
  std::vector<TensorId> ids = {x, features, times, g.builder().bias(units, memory, x, features)};
  g.builder().tensor(ids.back()).quantization.scales = {op.state_scale * g[times].quantization.scale()};
  const float range =
      op.state_scale * g[times].quantization.scale() * (times_type == DType::int8 ? 73 : 73.0f * 256 * 256);
  return g.add(op, ids, {g.result(range * g.scale(-1, 2), g.zero_point())});
}

bool lstm(GraphGrower& g) {
  const DType dtype = g.either();
  const bool wide = dtype == DType::int16;
  const TensorId x = g.value(3, dtype);
  const int32_t inputs = g[x].shape[2], units = g.between(1, 10);
  std::vector<TensorId> ids = {x};
  const double of_input = g.scale(-1, 2) / (73 * (wide ? 73 * 256 : 73) * g[x].quantization.scale());
  for (int gate = 0; gate < 4; ++gate) ids.push_back(g.builder().weights({units, inputs}, -1, of_input));
  for (int gate = 0; gate < 4; ++gate)
    ids.push_back(g.builder().weights({units, units}, -1, g.scale(-9, -6)));
  for (size_t gate = 1; gate <= 4; ++gate) ids.push_back(g.builder().bias(units, inputs, x, ids[gate]));
  Lstm op;
  op.cell_scale_log2 = g.between(-14, -9);
  if (g.one_in(3)) op.cell_clip = g.scale(-1, 2);
  return g.add(op, ids, {g.result_of(wide ? g.scale(-16, -14.5) : g.scale(-8, -6.5), dtype)});
}

}  // namespace

std::vector<Grow> weighted_growth() {
  return {conv_2d, conv_2d, depthwise_conv_2d,   fully_connected, transpose_conv,
          svdf,    lstm,    pool<AveragePool2D>, pool<MaxPool2D>};
}

}  // namespace tinyml::tests
