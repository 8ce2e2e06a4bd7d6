// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

bool has_word(const Layer& layer, std::string_view text) {
  return layer.class_name().find(text) != std::string::npos;
}

/// The input as an image, which a sequence is with a height of 1.
TensorId image_of(const Layer& layer, size_t axes) {
  check_data_format(layer);
  const Value& input = layer.input();
  if (input.shape.size() != axes + 2) reject(fmt::format("an input of {}", to_string(input.shape)));
  return axes == 2 ? layer.import.tensor(input) : layer.import.tensor(input, as_image(input.shape));
}

template <class Op>
TensorId pool(const Layer& layer, TensorId image, int32_t height, int32_t width, int32_t stride_height,
              int32_t stride_width, Padding padding) {
  Op op;
  op.filter_height = height;
  op.filter_width = width;
  op.stride_height = stride_height;
  op.stride_width = stride_width;
  op.padding = padding;
  return layer.add(op, {image}, "pooled");
}

}  // namespace

Value map_pool(const Layer& layer) {
  constexpr int32_t kMost = 1 << 10;
  const size_t axes = has_word(layer, "1D") ? 1 : 2;
  const TensorId image = image_of(layer, axes);
  const std::string padding = layer.text("padding", "valid");
  if (padding != "valid" && padding != "same") refuse("the padding " + padding);
  std::vector<int32_t> size = layer.integers("pool_size", axes, 1, kMost);
  std::vector<int32_t> stride =
      layer.at("strides").is_null() ? size : layer.integers("strides", axes, 1, kMost);
  if (axes == 1) {
    size.insert(size.begin(), 1);
    stride.insert(stride.begin(), 1);
  }
  const auto make = has_word(layer, "Max") ? pool<MaxPool2D> : pool<AveragePool2D>;
  const TensorId y = make(layer, image, size[0], size[1], stride[0], stride[1],
                          padding == "same" ? Padding::same : Padding::valid);
  Shape shape = layer.import.graph[y].shape;
  if (axes == 1) shape.erase(shape.begin() + 1);
  return {y, shape};
}

Value map_global_pool(const Layer& layer) {
  const size_t axes = has_word(layer, "1D") ? 1 : 2;
  const TensorId image = image_of(layer, axes);
  const Shape input = layer.import.graph[image].shape;
  const auto make = has_word(layer, "Max") ? pool<MaxPool2D> : pool<AveragePool2D>;
  const TensorId y = make(layer, image, input[1], input[2], 1, 1, Padding::valid);
  Shape shape{input[0], input[3]};
  if (layer.flag("keepdims", false)) shape.insert(shape.begin() + 1, axes, 1);
  return {y, shape};
}

}  // namespace tinyml::formats::keras
