// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/onnx_window.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// [M, I, k] -> [M, I, 1, k].
Constant as_image_filters(Constant weights) {
  if (weights.shape.size() == 3) weights.shape.insert(weights.shape.begin() + 2, 1);
  return weights;
}

/// `count` of the channels of a quantized or float vector or of filters, along axis 0.
Constant channels(const Constant& all, int32_t first, int32_t count, Budget& budget) {
  const int64_t width = static_cast<int64_t>(all.data->size()) / all.shape[0];
  Constant part = all;
  part.shape[0] = count;
  budget.spend(count * width);
  part.data = std::make_shared<const Bytes>(all.data->begin() + first * width,
                                            all.data->begin() + (first + count) * width);
  if (part.quantization.per_channel()) {
    const auto cut = [&](auto& values) { values = {values.begin() + first, values.begin() + first + count}; };
    cut(part.quantization.scales);
    cut(part.quantization.zero_points);
  }
  return part;
}

/// Some groups of several channels: each a convolution of its own.
TensorId grouped(Import& import, TensorId image, const Window& window, const Constant& weights,
                 const std::optional<Constant>& bias, int32_t groups, const std::string& name) {
  constexpr int32_t kMostGroups = 64;
  if (groups > kMostGroups) refuse(fmt::format("{} groups of several channels", groups));
  const Shape shape = import.graph[image].shape;
  const int32_t filters = weights.shape[0] / groups;
  Split split{3, std::vector<int32_t>(static_cast<size_t>(groups), shape[3] / groups)};
  std::vector<std::string> names;
  for (int32_t g = 0; g < groups; ++g) names.push_back(fmt::format("{}/input_{}", name, g));
  std::vector<TensorId> parts = import.add(split, {image}, names);
  for (int32_t g = 0; g < groups; ++g) {
    std::vector<TensorId> inputs{parts[static_cast<size_t>(g)]};
    inputs.push_back(import.add_constant(
        permuted(channels(weights, g * filters, filters, import.budget), {0, 2, 3, 1}, import.budget),
        fmt::format("{}/weights_{}", name, g)));
    if (bias) {
      inputs.push_back(import.add_constant(channels(*bias, g * filters, filters, import.budget),
                                           fmt::format("{}/bias_{}", name, g)));
    }
    parts[static_cast<size_t>(g)] =
        import.add(window.apply(Conv2D{}), std::move(inputs), fmt::format("{}/group_{}", name, g));
  }
  return import.add(Concatenation{3}, std::move(parts), name);
}

}  // namespace

void map_convolution(Import& import, Source& source) {
  TensorId image = image_of(import, source);
  const Constant weights = as_image_filters(source.constant(1, "weights"));
  std::optional<Constant> bias;
  if (source.has(2)) bias = source.constant(2, "a bias");
  const Shape in = import.graph[image].shape;
  const int32_t channels_in = in[3];
  const int64_t groups = source.integer("group", 1);
  if (weights.shape.size() != 4 || weights.size() == 0) {
    reject(fmt::format("weights of {}", to_string(weights.shape)));
  }
  const int32_t filters = weights.shape[0];
  if (groups < 1 || groups > channels_in || channels_in % groups != 0 || filters % groups != 0 ||
      weights.shape[1] != channels_in / groups) {
    reject(fmt::format("weights of {} in {} groups do not fit the input's {} channels",
                       to_string(weights.shape), groups, channels_in));
  }
  if (bias && bias->shape != Shape{filters}) {
    reject(fmt::format("a bias of {} for {} filters", to_string(bias->shape), filters));
  }
  std::vector<int64_t> kernel(weights.shape.end() - (source.input(0).rank() == 3 ? 1 : 2),
                              weights.shape.end());
  if (source.has_attribute("kernel_shape") && source.integers("kernel_shape") != kernel) {
    reject("kernel_shape is not that of the weights");
  }
  const Window window = read_window(source, in, kernel);
  image = padded(import, image, window);
  const std::string name = source.output_name(0);
  if (groups > 1 && groups < channels_in) {
    const auto count = static_cast<int32_t>(groups);
    return set_image(import, source, grouped(import, image, window, weights, bias, count, name));
  }
  const bool depthwise = groups > 1;
  const Order order = depthwise ? Order{1, 2, 3, 0} : Order{0, 2, 3, 1};
  std::vector<TensorId> inputs{
      image, import.add_constant(permuted(weights, order, import.budget), name + "/weights")};
  if (bias) inputs.push_back(import.add_constant(*bias, name + "/bias"));
  if (depthwise) {
    DepthwiseConv2D op;
    op.depth_multiplier = filters / channels_in;
    image = import.add(window.apply(op), std::move(inputs), name);
  } else {
    image = import.add(window.apply(Conv2D{}), std::move(inputs), name);
  }
  set_image(import, source, image);
}

}  // namespace tinyml::formats::onnx
