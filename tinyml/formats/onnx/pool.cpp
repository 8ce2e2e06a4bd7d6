// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/onnx/window.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

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
    if (window.explicit_padding && source.input(0).dtype != DType::float32) {
      refuse("padding that is neither SAME nor VALID after QuantizeLinear");
    }
    image = padded(import, image, window, std::numeric_limits<float>::lowest());
    return set_image(import, source, import.add(window.apply(MaxPool2D{}), {image}, name));
  }
  if (padding && source.integer("count_include_pad", 0) != 0) {
    if (source.integer("ceil_mode", 0) != 0) refuse("AveragePool with count_include_pad and ceil_mode");
    window.explicit_padding = true;
    image = padded(import, image, window, 0);
  } else if (window.explicit_padding) {
    refuse("AveragePool that leaves out padding which is neither SAME nor VALID: set count_include_pad");
  }
  set_image(import, source, import.add(window.apply(AveragePool2D{}), {image}, name));
}

void map_global_pool(Import& import, Source& source) {
  TensorId image = image_of(import, source);
  const Shape shape = import.graph[image].shape;
  Window window;
  window.filter = {shape[1], shape[2]};
  const std::string name = source.output_name(0);
  image = source.op() == "GlobalMaxPool" ? import.add(window.apply(MaxPool2D{}), {image}, name)
                                         : import.add(window.apply(AveragePool2D{}), {image}, name);
  set_image(import, source, image);
}

namespace {

/// What a reduction takes away of a value.
struct Reduced {
  std::vector<int32_t> axes;  // of the graph's tensor
  Order order;                // of the result
};

Reduced reduced(const Value& x, const std::vector<bool>& gone, bool keeps) {
  Reduced result;
  for (size_t i = 0; i < x.rank(); ++i) {
    const int32_t axis = x.order[i];
    const bool is_gone = gone[static_cast<size_t>(axis)];
    if (is_gone) result.axes.push_back(static_cast<int32_t>(i));
    if (is_gone && !keeps) continue;
    const auto before = keeps ? 0 : std::count(gone.begin(), gone.begin() + axis, true);
    result.order.push_back(axis - static_cast<int32_t>(before));
  }
  if (result.order.empty()) refuse("a result without dimensions");
  return result;
}

}  // namespace

void map_reduction(Import& import, Source& source) {
  const Value& x = source.input(0);
  const std::string op = source.op(), name = source.output_name(0);
  const auto given = source.integers("axes", 1);
  const bool none = !given || given->empty();
  if (none && source.integer("noop_with_empty_axes", 0) != 0) return map_identity(import, source);
  std::vector<bool> gone(x.rank(), none);
  for (const int64_t axis : given.value_or(std::vector<int64_t>{})) gone[checked_axis(axis, x.rank())] = true;
  const bool keeps = source.integer("keepdims", 1) != 0;
  const Reduced result = reduced(x, gone, keeps);
  TensorId id = x.id;
  if (op == "ReduceL1") id = import.add(Unary{UnaryKind::abs}, {id}, name);
  if (op == "ReduceL2" || op == "ReduceSumSquare") id = import.add(Mul{}, {id, id}, name);
  if (op == "ReduceMin") id = import.add(Unary{UnaryKind::neg}, {id}, name);
  const bool extreme = op == "ReduceMax" || op == "ReduceMin";
  const ReductionKind kind = op == "ReduceMean" ? ReductionKind::mean
                             : extreme          ? ReductionKind::max
                                                : ReductionKind::sum;
  id = import.add(Reduction{kind, result.axes, keeps}, {id}, name);
  if (op == "ReduceMin") id = import.add(Unary{UnaryKind::neg}, {id}, name);
  if (op == "ReduceL2") id = import.add(Unary{UnaryKind::sqrt}, {id}, name);
  source.set_output(0, import.computed(id, result.order));
}

}  // namespace tinyml::formats::onnx
