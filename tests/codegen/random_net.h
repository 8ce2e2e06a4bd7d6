// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/graph/graph.h"
#include "tinyml/ops/operator.h"

namespace tinyml::codegen {

/// Builds int8 nets with random weights, scaled so that activations keep their spread.
class RandomNet {
 public:
  RandomNet(std::string name, uint64_t seed) : random_(seed) { graph_.name = std::move(name); }

  TensorId input(Shape shape) {
    graph_.inputs = {activation("input", std::move(shape), 0.05f)};
    return graph_.inputs[0];
  }
  TensorId conv(TensorId x, int32_t filters, int32_t height, int32_t width, int32_t stride,
                Activation activation_of = Activation::relu) {
    Conv2D op;
    op.stride_height = op.stride_width = stride;
    op.activation = activation_of;
    const int32_t channels = graph_[x].shape[3];
    return weighted(op, x, {filters, height, width, channels}, 0, filters, height * width * channels);
  }
  TensorId depthwise(TensorId x, int32_t size, int32_t stride) {
    DepthwiseConv2D op;
    op.stride_height = op.stride_width = stride;
    op.activation = Activation::relu6;
    const int32_t channels = graph_[x].shape[3];
    return weighted(op, x, {1, size, size, channels}, 3, channels, size * size);
  }
  TensorId dense(TensorId x, int32_t units) {
    const auto inputs = static_cast<int32_t>(elements(graph_[x].shape));
    return weighted(FullyConnected{}, x, {units, inputs}, 0, units, inputs);
  }
  TensorId add(TensorId a, TensorId b) { return node(Add{}, {a, b}, 0.07f); }
  TensorId sub(TensorId a, TensorId b) { return node(Sub{}, {a, b}, 0.06f); }
  TensorId mul(TensorId a, TensorId b) { return node(Mul{}, {a, b}, 0.005f); }
  TensorId reshape(TensorId x, Shape shape) {
    const TensorId out = node(Reshape{std::move(shape)}, {x}, 1);
    graph_[out].quantization = graph_[x].quantization;
    return out;
  }
  TensorId last_step(TensorId x) {
    const TensorId out = node(tinyml::last_step(), {x}, 1);
    graph_[out].quantization = graph_[x].quantization;
    return out;
  }
  TensorId lstm(TensorId x, int32_t units) { return recurrent(Lstm{}, x, units, 4); }
  TensorId gru(TensorId x, int32_t units) { return recurrent(Gru{}, x, units, 3); }
  TensorId average_pool(TensorId x) {
    AveragePool2D op;
    op.filter_height = graph_[x].shape[1];
    op.filter_width = graph_[x].shape[2];
    const TensorId out = node(op, {x}, graph_[x].quantization.scale());
    graph_[out].quantization = graph_[x].quantization;
    return out;
  }
  TensorId max_pool(TensorId x) {
    MaxPool2D op;
    op.filter_height = op.filter_width = op.stride_height = op.stride_width = 2;
    const TensorId out = node(op, {x}, 1);
    graph_[out].quantization = graph_[x].quantization;
    return out;
  }
  TensorId flatten(TensorId x) {
    const TensorId out = node(Reshape{{1, static_cast<int32_t>(elements(graph_[x].shape))}}, {x}, 1);
    graph_[out].quantization = graph_[x].quantization;
    return out;
  }
  TensorId softmax(TensorId x) {
    const TensorId out = node(Softmax{}, {x}, 1);
    graph_[out].quantization = {{1.0f / 256}, {-128}, 0};
    return out;
  }
  Graph finish(TensorId output) {
    graph_.outputs = {output};
    return graph_;
  }

 private:
  TensorId activation(const std::string& name, Shape shape, float scale) {
    Tensor tensor;
    tensor.name = name;
    tensor.dtype = DType::int8;
    tensor.shape = std::move(shape);
    tensor.quantization = {{scale}, {static_cast<int32_t>(random_.below(40)) - 20}, 0};
    return graph_.add(std::move(tensor));
  }
  TensorId node(Operator op, std::vector<TensorId> inputs, float scale) {
    const TensorId out = activation("layer" + std::to_string(graph_.nodes.size()), {}, scale);
    graph_.nodes.push_back({std::move(op), std::move(inputs), {out}});
    ops::infer(graph_, graph_.nodes.back());
    return out;
  }
  TensorId recurrent(Operator op, TensorId x, int32_t units, int32_t gates) {
    const int32_t inputs = graph_[x].shape[2];
    std::vector<TensorId> ids = {x};
    const auto constant = [&](DType dtype, Shape shape, float scale) {
      Tensor tensor{"parameter", dtype, std::move(shape), {{scale}, {0}, 0}, nullptr};
      std::vector<int8_t> small(static_cast<size_t>(elements(tensor.shape)));
      std::vector<int32_t> large(small.size());
      for (int8_t& value : small) value = static_cast<int8_t>(static_cast<int>(random_.below(255)) - 127);
      for (int32_t& value : large) value = static_cast<int32_t>(random_.below(400)) - 200;
      tensor.data = dtype == DType::int8 ? to_constant<int8_t>(small) : to_constant<int32_t>(large);
      ids.push_back(graph_.add(std::move(tensor)));
    };
    const float input_scale = graph_[x].quantization.scale();
    const float of_input = static_cast<float>(1 / (5300 * input_scale * std::sqrt(inputs)));
    const float of_output = static_cast<float>(1 / (30 * std::sqrt(units)));
    for (int32_t g = 0; g < gates; ++g) constant(DType::int8, {units, inputs}, of_input);
    for (int32_t g = 0; g < gates; ++g) constant(DType::int8, {units, units}, of_output);
    for (int32_t g = 0; g < gates; ++g) constant(DType::int32, {units}, of_input * input_scale);
    if (gates == 3) constant(DType::int32, {units}, of_output / 32768);
    return node(std::move(op), ids, 1.0f / 128);
  }
  TensorId weighted(Operator op, TensorId x, Shape shape, int32_t axis, int32_t channels, int32_t fan_in) {
    Tensor weights, bias;
    const bool per_channel = !std::holds_alternative<FullyConnected>(op);
    weights.name = "weights", weights.dtype = DType::int8, weights.shape = std::move(shape);
    weights.quantization.axis = axis;
    for (int32_t c = 0; c < (per_channel ? channels : 1); ++c) {
      weights.quantization.scales.push_back(
          static_cast<float>(random_.uniform(0.7, 1.3) / (73 * std::sqrt(fan_in))));
      weights.quantization.zero_points.push_back(0);
    }
    std::vector<int8_t> values(static_cast<size_t>(elements(weights.shape)));
    for (int8_t& value : values) value = static_cast<int8_t>(static_cast<int>(random_.below(255)) - 127);
    weights.data = to_constant<int8_t>(values);

    const float input_scale = graph_[x].quantization.scale();
    bias.name = "bias", bias.dtype = DType::int32, bias.shape = {channels};
    for (float scale : weights.quantization.scales) {
      bias.quantization.scales.push_back(scale * input_scale);
      bias.quantization.zero_points.push_back(0);
    }
    std::vector<int32_t> biases(static_cast<size_t>(channels));
    for (int32_t& value : biases) value = static_cast<int32_t>(random_.below(400)) - 200;
    bias.data = to_constant<int32_t>(biases);
    const TensorId w = graph_.add(std::move(weights)), b = graph_.add(std::move(bias));
    return node(std::move(op), {x, w, b}, 0.05f);
  }

  Graph graph_;
  Random random_;
};

/// Every deployable operator once, with a residual branch.
inline Graph small_net(const std::string& name, uint64_t seed) {
  RandomNet net(name, seed);
  const TensorId first = net.conv(net.input({1, 12, 10, 1}), 8, 4, 3, 2);
  const TensorId inner = net.conv(net.depthwise(first, 3, 1), 8, 1, 1, 1, Activation::none);
  TensorId x = net.add(first, inner);
  x = net.max_pool(net.conv(x, 12, 3, 3, 1));
  x = net.flatten(net.average_pool(x));
  Graph graph = net.finish(net.softmax(net.dense(x, 4)));
  graph.metadata["labels"] = R"(["yes","no","unknown \"?\"","silence"])";
  return graph;
}

/// Recurrent layers over [1, steps, 3, 1], then the elementwise operators; the parameters do not depend on
/// the number of steps.
inline Graph recurrent_net(const std::string& name, uint64_t seed, int32_t steps) {
  RandomNet net(name, seed);
  TensorId x = net.reshape(net.input({1, steps, 3, 1}), {1, steps, 3});
  x = net.last_step(net.gru(net.lstm(x, 9), 6));
  const TensorId a = net.dense(x, 5), b = net.dense(x, 5);
  return net.finish(net.mul(net.sub(a, b), net.add(a, b)));
}

}  // namespace tinyml::codegen
