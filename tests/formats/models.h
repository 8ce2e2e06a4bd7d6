// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tinyml/base/random.h"
#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"

namespace tinyml::formats {

/// A folder of published models; it need not exist.
inline std::filesystem::path shared_models() {
  const char* shared = std::getenv("TINYML_SHARED");
  return (shared ? std::filesystem::path(shared) : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared") /
         "data/models";
}

/// A float32 net of every operator that the format has, save Relu, which folds away.
inline Graph float_net() {
  GraphBuilder net("float_net", 7);
  TensorId x = net.input("features", {1, 13, 10, 1});
  x = net.conv_2d(x, 8, {3, 3}, {2, 2}, Activation::relu6);
  const TensorId branch = x;
  x = net.depthwise_conv_2d(x, {3, 1}, {1, 1}, Activation::relu, Padding::same, 2);
  x = net.conv_2d(x, 8, {1, 1}, {1, 1}, Activation::none, Padding::valid);
  x = net.add(x, branch, Activation::relu);
  x = net.max_pool_2d(x, {2, 1}, {2, 1});
  x = net.average_pool_2d(x, {1, 2}, {1, 2});
  x = net.reshape(x, {1, static_cast<int32_t>(elements(net.shape(x)))});
  x = net.dense(x, 6, Activation::relu);
  x = net.softmax(net.dense(x, 4));
  Graph graph = fold_for_inference(net.finish(x));
  graph.metadata = {{"labels", R"(["yes","no","größe"])"}, {"features", "{}"}};
  return graph;
}

/// An int8 net of pooling and activations, with a per-channel convolution and a dense layer without bias.
inline Graph int8_net() {
  Random random(3);
  Graph graph;
  graph.name = "int8_net";
  const auto quantized = [](float scale, int32_t zero_point) {
    return Quantization{{scale}, {zero_point}, 0};
  };
  const auto activation = [&](std::string name, Shape shape, Quantization quantization) {
    return graph.add({std::move(name), DType::int8, std::move(shape), std::move(quantization), nullptr});
  };
  const auto weights = [&](std::string name, Shape shape, Quantization quantization) {
    std::vector<int8_t> values(static_cast<size_t>(elements(shape)));
    for (int8_t& value : values) value = static_cast<int8_t>(static_cast<int>(random.below(255)) - 127);
    const std::span<const int8_t> view(values);
    return graph.add(
        {std::move(name), DType::int8, std::move(shape), std::move(quantization), to_constant(view)});
  };
  const TensorId input = activation("input", {1, 8, 8, 2}, quantized(0.5f, 3));
  const TensorId filters = weights("filters", {3, 3, 3, 2}, {{0.01f, 0.02f, 0.005f}, {0, 0, 0}, 0});
  const std::vector<int32_t> bias{100, -200, 0};
  const TensorId biases = graph.add({"bias",
                                     DType::int32,
                                     {3},
                                     {{0.005f, 0.01f, 0.0025f}, {0, 0, 0}, 0},
                                     to_constant(std::span<const int32_t>(bias))});
  const TensorId convolved = activation("convolved", {1, 8, 8, 3}, quantized(0.1f, -5));
  graph.nodes.push_back({Conv2D{}, {input, filters, biases}, {convolved}});
  const TensorId rectified = activation("rectified", {1, 8, 8, 3}, quantized(0.1f, -5));
  graph.nodes.push_back({Relu{Activation::relu6}, {convolved}, {rectified}});
  const TensorId pooled = activation("pooled", {1, 4, 4, 3}, quantized(0.1f, -5));
  graph.nodes.push_back({MaxPool2D{2, 2, 2, 2, Padding::valid, Activation::none}, {rectified}, {pooled}});
  const TensorId flat = activation("flat", {1, 48}, quantized(0.1f, -5));
  graph.nodes.push_back({Reshape{{1, 48}}, {pooled}, {flat}});
  const TensorId matrix = weights("matrix", {4, 48}, quantized(0.01f, 0));
  const TensorId logits = activation("logits", {1, 4}, quantized(0.25f, 10));
  graph.nodes.push_back({FullyConnected{}, {flat, matrix}, {logits}});
  const TensorId probabilities = activation("probabilities", {1, 4}, quantized(1.0f / 256, -128));
  graph.nodes.push_back({Softmax{}, {logits}, {probabilities}});
  graph.inputs = {input};
  graph.outputs = {probabilities};
  return graph;
}

}  // namespace tinyml::formats
