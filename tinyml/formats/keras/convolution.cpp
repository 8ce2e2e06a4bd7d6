// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <array>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

constexpr int32_t kMostWindow = 1 << 10, kMostChannels = 1 << 20;

/// A window that slides over height and width; a sequence has a height of 1.
struct Window {
  int32_t axes;  // of space
  std::array<int32_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Padding padding = Padding::valid;
  bool causal = false;
};

std::array<int32_t, 2> pair(const Layer& layer, const char* key, int32_t axes) {
  if (layer.at(key).is_null()) return {1, 1};
  const std::vector<int32_t> given = layer.integers(key, static_cast<size_t>(axes), 1, kMostWindow);
  return axes == 2 ? std::array{given[0], given[1]} : std::array{1, given[0]};
}

Window read_window(const Layer& layer) {
  check_data_format(layer);
  Window window{layer.class_name().find("1D") != std::string::npos ? 1 : 2};
  const size_t rank = layer.input().shape.size();
  if (rank != static_cast<size_t>(window.axes) + 2) {
    reject(fmt::format("an input of {}", to_string(layer.input().shape)));
  }
  if (layer.at("kernel_size").is_null()) reject("it has no kernel_size");
  window.kernel = pair(layer, "kernel_size", window.axes);
  window.stride = pair(layer, "strides", window.axes);
  window.dilation = pair(layer, "dilation_rate", window.axes);
  const std::string padding = layer.text("padding", "valid");
  window.causal = padding == "causal" && window.axes == 1;
  if (padding != "same" && padding != "valid" && !window.causal) refuse("the padding " + padding);
  window.padding = padding == "same" ? Padding::same : Padding::valid;
  return window;
}

/// The layer's input as an image, padded where the padding is causal.
TensorId image_of(const Layer& layer, const Window& window) {
  const Value& input = layer.input();
  if (window.axes == 2) return layer.import.tensor(input);
  const TensorId image = layer.import.tensor(input, as_image(input.shape));
  if (!window.causal) return image;
  const int32_t before = (window.kernel[1] - 1) * window.dilation[1];
  return layer.add(Pad{{0, 0, before, 0}, {0, 0, 0, 0}}, {image}, "padded");
}

template <class Op>
Op with_window(const Window& window) {
  Op op;
  op.stride_height = window.stride[0];
  op.stride_width = window.stride[1];
  op.padding = window.padding;
  if constexpr (requires { op.dilation_height; }) {
    op.dilation_height = window.dilation[0];
    op.dilation_width = window.dilation[1];
  }
  return op;
}

Value finished(const Layer& layer, const Window& window, TensorId image) {
  Shape shape = layer.import.graph[image].shape;
  if (window.axes == 1) shape.erase(shape.begin() + 1);
  return activate_by_config(layer, {image, shape});
}

/// Keras' shape of a kernel: its window, then the two numbers.
Shape kernel_shape(const Window& window, int32_t before_last, int32_t last) {
  if (window.axes == 1) return {window.kernel[1], before_last, last};
  return {window.kernel[0], window.kernel[1], before_last, last};
}

/// The layer's bias; kNoTensor where it has none.
TensorId bias_of(const Layer& layer, int index, int32_t channels) {
  if (!layer.flag("use_bias", true)) return kNoTensor;
  return layer.constant("bias", {channels}, [&] { return layer.weight("", index, {"bias"}, {channels}); });
}

std::vector<TensorId> with_bias(TensorId x, TensorId weights, TensorId bias) {
  if (bias == kNoTensor) return {x, weights};
  return {x, weights, bias};
}

/// One convolution a group of channels, side by side.
TensorId grouped(const Layer& layer, const Window& window, TensorId x, int32_t groups, int32_t filters,
                 const std::vector<float>& kernel, const std::vector<float>& bias) {
  const int32_t inputs = layer.import.graph[x].shape[3] / groups, outputs = filters / groups;
  const Shape shape{filters, window.kernel[0], window.kernel[1], inputs};
  std::vector<std::string> names;
  for (int32_t g = 0; g < groups; ++g) names.push_back(fmt::format("{}/input_{}", layer.name(), g));
  const std::vector<TensorId> parts =
      layer.import.add(Split{3, std::vector<int32_t>(static_cast<size_t>(groups), inputs)}, {x}, names);
  const size_t weights = kernel.size() / static_cast<size_t>(groups);
  std::vector<TensorId> results;
  for (int32_t g = 0; g < groups; ++g) {
    const auto part = [&](const std::vector<float>& all, size_t count) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(count * static_cast<size_t>(g));
      return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    const TensorId w = layer.constant(fmt::format("weights_{}", g).c_str(),
                                      {outputs, window.kernel[0], window.kernel[1], inputs},
                                      [&] { return part(kernel, weights); });
    const TensorId b =
        bias.empty() ? kNoTensor : layer.constant(fmt::format("bias_{}", g).c_str(), {outputs}, [&] {
          return part(bias, static_cast<size_t>(outputs));
        });
    results.push_back(layer.add(with_window<Conv2D>(window), with_bias(parts[static_cast<size_t>(g)], w, b),
                                fmt::format("group_{}", g).c_str()));
  }
  return layer.add(Concatenation{3}, std::move(results), "groups");
}

}  // namespace

Value map_convolution(const Layer& layer) {
  const Window window = read_window(layer);
  const TensorId x = image_of(layer, window);
  const int32_t channels = layer.import.graph[x].shape[3];
  const int32_t filters = layer.integer("filters", 1, kMostChannels);
  const int32_t groups = layer.at("groups").is_null() ? 1 : layer.integer("groups", 1, 1 << 12);
  if (channels % groups != 0 || filters % groups != 0) {
    reject(fmt::format("{} channels to {} in {} groups", channels, filters, groups));
  }
  const int32_t inputs = channels / groups;
  const auto kernel = [&] { return layer.weight("", 0, {"kernel"}, kernel_shape(window, inputs, filters)); };
  const Shape hwio{window.kernel[0], window.kernel[1], inputs, filters};
  if (groups > 1 && inputs == 1) {
    auto op = with_window<DepthwiseConv2D>(window);
    op.depth_multiplier = filters / groups;
    const TensorId w = layer.constant("weights", {1, window.kernel[0], window.kernel[1], filters}, kernel);
    return finished(layer, window, layer.add(op, with_bias(x, w, bias_of(layer, 1, filters)), "sums"));
  }
  const auto turned = [&] { return permuted(kernel(), hwio, {3, 0, 1, 2}); };
  if (groups > 1) {
    std::vector<float> bias;
    if (layer.flag("use_bias", true)) bias = layer.weight("", 1, {"bias"}, {filters});
    return finished(layer, window, grouped(layer, window, x, groups, filters, turned(), bias));
  }
  const TensorId w = layer.constant("weights", {filters, window.kernel[0], window.kernel[1], inputs}, turned);
  const TensorId sums =
      layer.add(with_window<Conv2D>(window), with_bias(x, w, bias_of(layer, 1, filters)), "sums");
  return finished(layer, window, sums);
}

namespace {

/// The part that DepthwiseConv and SeparableConv have; a bias where there is an index for it.
TensorId depthwise(const Layer& layer, const Window& window, std::initializer_list<std::string_view> names,
                   int bias_index) {
  const TensorId x = image_of(layer, window);
  const int32_t channels = layer.import.graph[x].shape[3];
  const int32_t multiplier =
      layer.at("depth_multiplier").is_null() ? 1 : layer.integer("depth_multiplier", 1, 1 << 12);
  if (int64_t{channels} * multiplier > kMostChannels) reject("too many channels");
  const int32_t outputs = channels * multiplier;
  auto op = with_window<DepthwiseConv2D>(window);
  op.depth_multiplier = multiplier;
  const TensorId w =
      layer.constant("depthwise_weights", {1, window.kernel[0], window.kernel[1], outputs},
                     [&] { return layer.weight("", 0, names, kernel_shape(window, channels, multiplier)); });
  const TensorId bias = bias_index < 0 ? kNoTensor : bias_of(layer, bias_index, outputs);
  return layer.add(op, with_bias(x, w, bias), "depthwise");
}

}  // namespace

Value map_depthwise(const Layer& layer) {
  const Window window = read_window(layer);
  return finished(layer, window, depthwise(layer, window, {"kernel", "depthwise_kernel"}, 1));
}

Value map_separable(const Layer& layer) {
  const Window window = read_window(layer);
  const TensorId x = depthwise(layer, window, {"depthwise_kernel"}, -1);
  const int32_t channels = layer.import.graph[x].shape[3];
  const int32_t filters = layer.integer("filters", 1, kMostChannels);
  const Shape shape = window.axes == 1 ? Shape{1, channels, filters} : Shape{1, 1, channels, filters};
  const TensorId w = layer.constant("pointwise_weights", {filters, 1, 1, channels}, [&] {
    return permuted(layer.weight("", 1, {"pointwise_kernel"}, shape), {channels, filters}, {1, 0});
  });
  Conv2D op;
  op.padding = Padding::valid;
  return finished(layer, window, layer.add(op, with_bias(x, w, bias_of(layer, 2, filters)), "sums"));
}

Value map_transpose_convolution(const Layer& layer) {
  const Window window = read_window(layer);
  if (window.causal || window.dilation != std::array{1, 1}) refuse("a dilation of a transposed convolution");
  if (!layer.at("output_padding").is_null()) refuse("output_padding");
  const TensorId x = image_of(layer, window);
  const Shape& input = layer.import.graph[x].shape;
  const int32_t channels = input[3], filters = layer.integer("filters", 1, kMostChannels);
  auto op = with_window<TransposeConv>(window);
  const auto output = [&](size_t axis) {
    const int32_t over = window.kernel[axis] - window.stride[axis];
    const int64_t extent = int64_t{input[1 + axis]} * window.stride[axis] +
                           (window.padding == Padding::valid ? std::max(over, 0) : 0);
    if (extent > 1 << 20) refuse(fmt::format("an output of {} elements along an axis", extent));
    return static_cast<int32_t>(extent);
  };
  op.output_height = output(0);
  op.output_width = output(1);
  const TensorId w = layer.constant("weights", {filters, window.kernel[0], window.kernel[1], channels}, [&] {
    return permuted(layer.weight("", 0, {"kernel"}, kernel_shape(window, filters, channels)),
                    {window.kernel[0], window.kernel[1], filters, channels}, {2, 0, 1, 3});
  });
  return finished(layer, window, layer.add(op, with_bias(x, w, bias_of(layer, 1, filters)), "sums"));
}

}  // namespace tinyml::formats::keras
