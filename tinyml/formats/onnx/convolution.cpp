// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/onnx/window.h"
#include "tinyml/formats/tflite/checks.h"

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

/// Of a transposed convolution along one axis: what it computes before `first` and `count` are cut from it.
struct Span {
  int32_t whole, first, count;
  bool same;  // TensorFlow's `same` computes the part alone
};

Span span_of(const Source& source, size_t axis, size_t axes, int32_t input, int32_t filter, int32_t stride) {
  const auto number = [&](const char* name, size_t index, size_t size) {
    const std::vector<int64_t> all = source.integers(name);
    if (!all.empty() && all.size() != size) reject(fmt::format("{} of {} numbers", name, all.size()));
    const int64_t value = all.empty() ? 0 : all[index];
    if (value < 0 || value > 1 << 20) reject(fmt::format("{} of {}", name, value));
    return static_cast<int32_t>(value);
  };
  const std::string automatic = source.text("auto_pad", "NOTSET");
  const int32_t whole = (input - 1) * stride + filter, extra = number("output_padding", axis, axes);
  int32_t before = number("pads", axis, 2 * axes), after = number("pads", axes + axis, 2 * axes);
  int32_t count = number("output_shape", axis, axes);
  if (automatic.starts_with("SAME") && count == 0) count = input * stride;
  if (count > 0) {
    const int32_t total = std::max(whole + extra - count, 0);
    before = automatic == "SAME_LOWER" ? total - total / 2 : total / 2;
  } else {
    if (automatic == "VALID") before = after = 0;
    count = whole + extra - before - after;
  }
  if (count < 1 || extra >= std::max(stride, 2)) reject(fmt::format("an output of {}", count));
  const int32_t padding = std::max(whole - count, 0);
  const bool same = (count + stride - 1) / stride == input && before == padding / 2;
  return {std::max(whole, before + count), before, count, same};
}

}  // namespace

void map_transposed_convolution(Import& import, Source& source) {
  const TensorId image = image_of(import, source);
  const Constant weights = as_image_filters(source.constant(1, "weights"));
  const Shape in = import.graph[image].shape;
  if (weights.shape.size() != 4 || weights.size() == 0 || weights.shape[0] != in[3]) {
    reject(fmt::format("weights of {} for {} channels", to_string(weights.shape), in[3]));
  }
  if (source.integer("group", 1) != 1) refuse("a transposed convolution in groups");
  for (const int64_t dilation : source.integers("dilations")) {
    if (dilation != 1) refuse("a transposed convolution with dilations");
  }
  const size_t axes = source.input(0).rank() - 2;
  std::vector<int64_t> strides = source.integers("strides");
  if (strides.empty()) strides.assign(axes, 1);
  if (strides.size() != axes) reject(fmt::format("strides of {} numbers", strides.size()));
  Span spans[2] = {{1, 0, 1, true}, {1, 0, 1, true}};
  int32_t stride[2] = {1, 1};
  for (size_t i = 0; i < axes; ++i) {
    const size_t side = 2 - axes + i;
    if (strides[i] < 1 || strides[i] > 1 << 10) reject(fmt::format("a stride of {}", strides[i]));
    stride[side] = static_cast<int32_t>(strides[i]);
    spans[side] = span_of(source, i, axes, in[1 + side], weights.shape[2 + side], stride[side]);
  }
  const std::string name = source.output_name(0);
  std::vector<TensorId> inputs{
      image, import.add_constant(permuted(weights, {1, 2, 3, 0}, import.budget), name + "/weights")};
  if (source.has(2)) inputs.push_back(import.add_constant(source.constant(2, "a bias"), name + "/bias"));
  const bool same = spans[0].same && spans[1].same;
  TransposeConv op{stride[0], stride[1], same ? Padding::same : Padding::valid};
  op.output_height = same ? spans[0].count : spans[0].whole;
  op.output_width = same ? spans[1].count : spans[1].whole;
  TensorId result = import.add(op, std::move(inputs), name);
  if (op.output_height != spans[0].count || op.output_width != spans[1].count) {
    StridedSlice slice = whole_slice(4);
    narrow(slice, 1, op.output_height, spans[0].first, spans[0].first + spans[0].count, 1);
    narrow(slice, 2, op.output_width, spans[1].first, spans[1].first + spans[1].count, 1);
    result = import.add(slice, {result}, name);
  }
  set_image(import, source, result);
}

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
  image = padded(import, image, window, 0);
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
