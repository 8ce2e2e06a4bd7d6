// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/onnx_window.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// Outputs of pooling keep the type of their input: between QuantizeLinear and DequantizeLinear pools may
/// stand.
void set_pooled(Import& import, Source& source, TensorId image) {
  if (source.input(0).dtype != DType::float32) refuse("pooling between QuantizeLinear and DequantizeLinear");
  set_image(import, source, image);
}

}  // namespace

void map_pool(Import& import, Source& source) {
  TensorId image = image_of(import, source);
  const std::vector<int64_t> kernel = source.integers("kernel_shape");
  if (kernel.size() + 2 != source.input(0).rank()) {
    reject(fmt::format("a kernel_shape of {} axes", kernel.size()));
  }
  Window window = read_window(source, import.graph[image].shape, kernel);
  if (window.dilation != std::array<int32_t, 2>{1, 1}) refuse("pooling with dilations");
  if (source.is_used(1)) refuse("the indices of its maxima");
  const bool padding = std::max({window.before[0], window.before[1], window.after[0], window.after[1]}) > 0;
  const std::string name = source.output_name(0);
  if (source.op() == "MaxPool") {
    image = padded(import, image, window, std::numeric_limits<float>::lowest());
    return set_pooled(import, source, import.add(window.apply(MaxPool2D{}), {image}, name));
  }
  if (padding && source.integer("count_include_pad", 0) != 0) {
    if (source.integer("ceil_mode", 0) != 0) refuse("AveragePool with count_include_pad and ceil_mode");
    window.explicit_padding = true;
    image = padded(import, image, window, 0);
  } else if (window.explicit_padding) {
    refuse("AveragePool that leaves out padding which is neither SAME nor VALID: set count_include_pad");
  }
  set_pooled(import, source, import.add(window.apply(AveragePool2D{}), {image}, name));
}

void map_global_pool(Import& import, Source& source) {
  TensorId image = image_of(import, source);
  const Shape shape = import.graph[image].shape;
  Window window;
  window.filter = {shape[1], shape[2]};
  const std::string name = source.output_name(0);
  image = source.op() == "GlobalMaxPool" ? import.add(window.apply(MaxPool2D{}), {image}, name)
                                         : import.add(window.apply(AveragePool2D{}), {image}, name);
  set_pooled(import, source, image);
}

void map_mean(Import& import, Source& source) {
  const Value& value = source.input(0);
  const auto given = source.integers("axes", 1);
  std::vector<bool> reduced(value.rank(), !given || given->empty());
  if (given && given->empty() && source.integer("noop_with_empty_axes", 0) != 0) {
    return source.set_output(0, value);
  }
  for (const int64_t axis : given.value_or(std::vector<int64_t>{})) {
    reduced[checked_axis(axis, value.rank())] = true;
  }
  // In the order that the tensor has: the axes that stay in front of all others, those that go, the rest.
  Order leading, going, staying;
  for (const int32_t axis : value.order) {
    if (reduced[static_cast<size_t>(axis)]) {
      going.push_back(axis);
    } else {
      (going.empty() && leading.empty() ? leading : staying).push_back(axis);
    }
  }
  if (leading.empty() || value.shape[static_cast<size_t>(leading[0])] != 1) refuse("the mean over a batch");
  Order order = leading;
  order.insert(order.end(), going.begin(), going.end());
  order.insert(order.end(), staying.begin(), staying.end());
  const Shape shape = in_order(value.shape, order);
  int64_t channels = 1, rows = 1;
  for (const int32_t axis : staying) channels *= value.shape[static_cast<size_t>(axis)];
  for (size_t i = 1; i < going.size(); ++i) rows *= value.shape[static_cast<size_t>(going[i])];
  Shape kept;
  Order kept_order;
  const bool keep = source.integer("keepdims", 1) != 0;
  for (const int32_t axis : order) {
    const bool gone = reduced[static_cast<size_t>(axis)];
    if (gone && !keep) continue;
    kept.push_back(gone ? 1 : value.shape[static_cast<size_t>(axis)]);
    const auto before = keep ? 0 : std::count(reduced.begin(), reduced.begin() + axis, true);
    kept_order.push_back(axis - static_cast<int32_t>(before));
  }
  TensorId image = import.tensor(value, order);
  if (!going.empty()) {
    const int32_t columns = value.shape[static_cast<size_t>(going[0])];
    image = import.reshape(image, {1, columns, static_cast<int32_t>(rows), static_cast<int32_t>(channels)});
    Window window;
    window.filter = {columns, static_cast<int32_t>(rows)};
    image = import.add(window.apply(AveragePool2D{}), {image}, source.output_name(0));
  }
  source.set_output(0, import.computed(import.reshape(image, kept), kept_order));
}

}  // namespace tinyml::formats::onnx
