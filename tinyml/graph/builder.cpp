// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/builder.h"

#include <fmt/core.h>

#include <cmath>
#include <numeric>

#include "tinyml/graph/geometry.h"

namespace tinyml {

GraphBuilder::GraphBuilder(std::string name, uint64_t seed) : random_(seed) { graph_.name = std::move(name); }

TensorId GraphBuilder::input(std::string name, Shape shape) {
  const TensorId id = graph_.add({std::move(name), DType::float32, std::move(shape), {}, nullptr});
  graph_.inputs.push_back(id);
  return id;
}

TensorId GraphBuilder::constant(const std::string& name, Shape shape, std::vector<float> values) {
  TINYML_CHECK(static_cast<int64_t>(values.size()) == elements(shape));
  return graph_.add({name, DType::float32, std::move(shape), {}, to_constant<float>(values)});
}

TensorId GraphBuilder::add_node(Operator op, std::vector<TensorId> inputs, const std::string& name,
                                Shape shape) {
  const TensorId output = graph_.add({name, DType::float32, std::move(shape), {}, nullptr});
  graph_.nodes.push_back({std::move(op), std::move(inputs), {output}});
  return output;
}

std::vector<float> GraphBuilder::he_normal(int64_t count, int64_t fan_in) {
  std::vector<float> values(static_cast<size_t>(count));
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
  for (float& value : values) value = static_cast<float>(deviation * random_.normal());
  return values;
}

std::vector<float> GraphBuilder::glorot_uniform(int32_t units, int32_t inputs) {
  const double limit = std::sqrt(6.0 / (inputs + units));
  std::vector<float> values(static_cast<size_t>(inputs) * static_cast<size_t>(units));
  for (float& value : values) value = static_cast<float>(random_.uniform(-limit, limit));
  return values;
}

std::vector<float> GraphBuilder::orthogonal(int32_t units) {
  const auto n = static_cast<size_t>(units);
  std::vector<double> rows(n * n);
  for (double& value : rows) value = random_.normal();
  for (size_t r = 0; r < n; ++r) {
    double* row = &rows[r * n];
    for (size_t before = 0; before < r; ++before) {
      const double share = std::inner_product(row, row + n, &rows[before * n], 0.0);
      for (size_t k = 0; k < n; ++k) row[k] -= share * rows[before * n + k];
    }
    const double length = std::sqrt(std::inner_product(row, row + n, row, 0.0));
    for (size_t k = 0; k < n; ++k) row[k] /= length;
  }
  return {rows.begin(), rows.end()};
}

TensorId GraphBuilder::normalise(TensorId x, Activation activation, const std::string& name) {
  const int32_t channels = shape(x).back();
  const auto filled = [&](float value) { return std::vector<float>(static_cast<size_t>(channels), value); };
  const TensorId gamma = constant(name + "/gamma", {channels}, filled(1));
  const TensorId beta = constant(name + "/beta", {channels}, filled(0));
  const TensorId mean = constant(name + "/mean", {channels}, filled(0));
  const TensorId variance = constant(name + "/variance", {channels}, filled(1));
  TensorId y = add_node(BatchNorm{}, {x, gamma, beta, mean, variance}, name + "/norm", Shape(shape(x)));
  if (activation != Activation::none) y = add_node(Relu{activation}, {y}, name + "/relu", Shape(shape(y)));
  return y;
}

TensorId GraphBuilder::conv_2d(TensorId x, int32_t filters, Extent kernel, Extent stride,
                               Activation activation, Padding padding, Extent dilation) {
  const std::string name = fmt::format("conv{}", ++layer_);
  Conv2D op;
  op.stride_height = stride.height;
  op.stride_width = stride.width;
  op.dilation_height = dilation.height;
  op.dilation_width = dilation.width;
  op.padding = padding;
  const Shape& in = shape(x);
  const Window2D window = window_of(op, in, kernel.height, kernel.width);
  const Shape out{in[0], window.height.output, window.width.output, filters};
  const int32_t channels = in[3];
  const int64_t fan_in = int64_t{kernel.height} * kernel.width * channels;
  const TensorId weights = constant(name + "/weights", {filters, kernel.height, kernel.width, channels},
                                    he_normal(filters * fan_in, fan_in));
  return normalise(add_node(op, {x, weights, kNoTensor}, name, out), activation, name);
}

TensorId GraphBuilder::depthwise_conv_2d(TensorId x, Extent kernel, Extent stride, Activation activation,
                                         Padding padding, int32_t dilation_height, int32_t dilation_width) {
  const std::string name = fmt::format("depthwise{}", ++layer_);
  DepthwiseConv2D op;
  op.stride_height = stride.height;
  op.stride_width = stride.width;
  op.dilation_height = dilation_height;
  op.dilation_width = dilation_width;
  op.padding = padding;
  const Shape& in = shape(x);
  const Window2D window = window_of(op, in, kernel.height, kernel.width);
  const Shape out{in[0], window.height.output, window.width.output, in[3]};
  const int32_t channels = in[3];
  const int64_t fan_in = int64_t{kernel.height} * kernel.width;
  const TensorId weights = constant(name + "/weights", {1, kernel.height, kernel.width, channels},
                                    he_normal(channels * fan_in, fan_in));
  return normalise(add_node(op, {x, weights, kNoTensor}, name, out), activation, name);
}

TensorId GraphBuilder::dense(TensorId x, int32_t units, Activation activation) {
  const std::string name = fmt::format("dense{}", ++layer_);
  const int32_t inputs = static_cast<int32_t>(elements(shape(x)));
  const TensorId weights = constant(name + "/weights", {units, inputs}, glorot_uniform(units, inputs));
  const TensorId bias = constant(name + "/bias", {units}, std::vector<float>(static_cast<size_t>(units)));
  return add_node(FullyConnected{activation}, {x, weights, bias}, name, {1, units});
}

TensorId GraphBuilder::add(TensorId a, TensorId b, Activation activation) {
  return add_node(Add{activation}, {a, b}, fmt::format("add{}", ++layer_), Shape(shape(a)));
}

TensorId GraphBuilder::average_pool_2d(TensorId x, Extent window, Extent stride) {
  AveragePool2D op;
  op.filter_height = window.height;
  op.filter_width = window.width;
  op.stride_height = stride.height;
  op.stride_width = stride.width;
  const Shape& in = shape(x);
  const Window2D slide = window_of(op, in, window.height, window.width);
  return add_node(op, {x}, fmt::format("average_pool{}", ++layer_),
                  {in[0], slide.height.output, slide.width.output, in[3]});
}

TensorId GraphBuilder::max_pool_2d(TensorId x, Extent window, Extent stride) {
  MaxPool2D op;
  op.filter_height = window.height;
  op.filter_width = window.width;
  op.stride_height = stride.height;
  op.stride_width = stride.width;
  const Shape& in = shape(x);
  const Window2D slide = window_of(op, in, window.height, window.width);
  return add_node(op, {x}, fmt::format("max_pool{}", ++layer_),
                  {in[0], slide.height.output, slide.width.output, in[3]});
}

TensorId GraphBuilder::global_average_pool(TensorId x) {
  const Extent whole{shape(x)[1], shape(x)[2]};
  return average_pool_2d(x, whole, whole);
}

TensorId GraphBuilder::dropout(TensorId x, float rate) {
  return add_node(Dropout{rate}, {x}, fmt::format("dropout{}", ++layer_), Shape(shape(x)));
}

TensorId GraphBuilder::reshape(TensorId x, Shape shape) {
  return add_node(Reshape{shape}, {x}, fmt::format("reshape{}", ++layer_), shape);
}

TensorId GraphBuilder::softmax(TensorId x) {
  return add_node(Softmax{}, {x}, fmt::format("softmax{}", ++layer_), Shape(shape(x)));
}

std::vector<TensorId> GraphBuilder::recurrent_inputs(TensorId x, int32_t units, const std::string& name,
                                                     const std::vector<std::string>& gates) {
  const int32_t inputs = shape(x).at(2);
  std::vector<TensorId> ids = {x};
  for (const std::string& gate : gates) {
    ids.push_back(
        constant(fmt::format("{}/{}_weights", name, gate), {units, inputs}, glorot_uniform(units, inputs)));
  }
  for (const std::string& gate : gates) {
    ids.push_back(constant(fmt::format("{}/{}_recurrent", name, gate), {units, units}, orthogonal(units)));
  }
  for (const std::string& gate : gates) {
    const float start = gate == "forget" ? 1.0f : 0.0f;
    ids.push_back(constant(fmt::format("{}/{}_bias", name, gate), {units},
                           std::vector<float>(static_cast<size_t>(units), start)));
  }
  return ids;
}

TensorId GraphBuilder::lstm(TensorId x, int32_t units) {
  const std::string name = fmt::format("lstm{}", ++layer_);
  const Shape out{shape(x).at(0), shape(x).at(1), units};
  return add_node(Lstm{}, recurrent_inputs(x, units, name, {"input", "forget", "cell", "output"}), name, out);
}

TensorId GraphBuilder::gru(TensorId x, int32_t units) {
  const std::string name = fmt::format("gru{}", ++layer_);
  const Shape out{shape(x).at(0), shape(x).at(1), units};
  std::vector<TensorId> ids = recurrent_inputs(x, units, name, {"update", "reset", "new"});
  ids.push_back(
      constant(name + "/new_recurrent_bias", {units}, std::vector<float>(static_cast<size_t>(units))));
  return add_node(Gru{}, ids, name, out);
}

TensorId GraphBuilder::last_step(TensorId x) {
  const Shape& in = shape(x);
  return add_node(tinyml::last_step(), {x}, fmt::format("last_step{}", ++layer_), {in.at(0), in.at(2)});
}

Graph GraphBuilder::finish(TensorId output) {
  graph_.outputs = {output};
  verify(graph_);
  return graph_;
}

}  // namespace tinyml
