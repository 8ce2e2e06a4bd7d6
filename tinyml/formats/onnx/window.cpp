// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/window.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// One number an axis of space, from 1 to 1024, in height and width.
std::array<int32_t, 2> factors(const std::vector<int64_t>& given, size_t axes, const char* name) {
  constexpr int64_t kMost = 1 << 10;
  std::array<int32_t, 2> result{1, 1};
  if (given.empty()) return result;
  if (given.size() != axes) reject(fmt::format("{} has {} numbers instead of {}", name, given.size(), axes));
  for (size_t i = 0; i < axes; ++i) {
    if (given[i] < 1 || given[i] > kMost) reject(fmt::format("{} of {}, not 1 to {}", name, given[i], kMost));
    result[2 - axes + i] = static_cast<int32_t>(given[i]);
  }
  return result;
}

struct Axis {
  int64_t input, reach, stride;

  int64_t same_outputs() const { return (input + stride - 1) / stride; }
  int64_t same_padding() const { return std::max<int64_t>((same_outputs() - 1) * stride + reach - input, 0); }
};

}  // namespace

Window read_window(const Source& source, const Shape& image, const std::vector<int64_t>& kernel) {
  constexpr int64_t kMostPadding = 1 << 10;
  const size_t axes = kernel.size();
  Window window;
  window.filter = factors(kernel, axes, "kernel_shape");
  window.stride = factors(source.integers("strides"), axes, "strides");
  window.dilation = factors(source.integers("dilations"), axes, "dilations");
  std::vector<int64_t> pads = source.integers("pads");
  const std::string automatic = source.text("auto_pad", "NOTSET");
  if (automatic != "NOTSET" && automatic != "SAME_UPPER" && automatic != "SAME_LOWER" &&
      automatic != "VALID") {
    reject("auto_pad is none of NOTSET, SAME_UPPER, SAME_LOWER and VALID");
  }
  if (pads.empty() || automatic != "NOTSET") pads.assign(2 * axes, 0);
  if (pads.size() != 2 * axes)
    reject(fmt::format("pads has {} numbers instead of {}", pads.size(), 2 * axes));
  const bool ceiling = source.integer("ceil_mode", 0) != 0;
  bool same = true, valid = true;
  for (size_t i = 0; i < axes; ++i) {
    const size_t side = 2 - axes + i;
    const Axis axis{image[1 + side], int64_t{window.filter[side] - 1} * window.dilation[side] + 1,
                    window.stride[side]};
    int64_t before = pads[i], after = pads[axes + i];
    if (automatic.starts_with("SAME")) {
      const int64_t odd = automatic == "SAME_LOWER" ? axis.same_padding() % 2 : 0;
      before = axis.same_padding() / 2 + odd;
      after = axis.same_padding() - before;
    }
    if (before < 0 || after < 0 || before > kMostPadding || after > kMostPadding) {
      refuse(fmt::format("padding of {} and {}, not 0 to {}", before, after, kMostPadding));
    }
    const int64_t room = axis.input + before + after - axis.reach;
    if (room < 0) reject("the window is larger than its input");
    int64_t outputs = room / axis.stride + 1;
    // The last window begins inside of the input or in the padding before it.
    if (ceiling && room % axis.stride != 0 && outputs * axis.stride < axis.input + before) ++outputs;
    const int64_t reached = (outputs - 1) * axis.stride + axis.reach - axis.input - before;
    same = same && outputs == axis.same_outputs() && before == axis.same_padding() / 2;
    valid = valid && before == 0 && reached <= 0;
    window.before[side] = static_cast<int32_t>(before);
    window.after[side] = static_cast<int32_t>(std::max<int64_t>(reached, 0));
  }
  window.padding = valid ? Padding::valid : Padding::same;
  window.explicit_padding = !valid && !same;
  return window;
}

TensorId image_of(Import& import, const Source& source) {
  const Value& value = source.input(0);
  if (value.rank() != 3 && value.rank() != 4) {
    refuse(fmt::format("an input of {} (one or two axes of space are)", to_string(value.shape)));
  }
  const TensorId id = import.tensor(value, channels_last(value.rank()));
  if (value.rank() == 4) return id;
  const Shape shape = import.graph[id].shape;
  return import.reshape(id, {shape[0], 1, shape[1], shape[2]});
}

TensorId padded(Import& import, TensorId image, const Window& window, double value) {
  if (!window.explicit_padding) return image;
  Pad pad{{0, window.before[0], window.before[1], 0}, {0, window.after[0], window.after[1], 0}};
  pad.value = value;
  return import.add(pad, {image}, import.graph[image].name + "/padded");
}

void set_image(Import& import, Source& source, TensorId image) {
  const size_t rank = source.input(0).rank();
  const Shape shape = import.graph[image].shape;
  if (rank == 3) image = import.reshape(image, {shape[0], shape[2], shape[3]});
  Value value = import.computed(image, channels_last(rank));
  if (value.dtype != DType::float32) value.dtype = source.input(0).dtype;
  source.set_output(0, std::move(value));
}

}  // namespace tinyml::formats::onnx
