// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the operators along an axis share; for .cpp files only.

#include <fmt/core.h>

#include "tinyml/device/nn/concatenation.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

/// The product of the extents before `axis`.
inline int64_t extents_before(const Shape& shape, int32_t axis) {
  return elements(Shape(shape.begin(), shape.begin() + axis));
}

/// The product of the extents from `axis` on.
inline int64_t extents_from(const Shape& shape, int32_t axis) {
  return elements(Shape(shape.begin() + axis, shape.end()));
}

/// `axis` of a tensor of `rank` dimensions, counted from the last where it is negative. Errors: bad_file.
inline int32_t checked_axis(int64_t axis, size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) {
    throw Error(ErrorKind::bad_file, fmt::format("axis {} of {} dimensions", axis, rank));
  }
  return static_cast<int32_t>(axis < 0 ? axis + count : axis);
}

/// The parameters and table of `concatenation` and `split`: `parts` are joined to `whole` or cut from it.
inline device::PartsParams parts_params(const Graph& graph, const std::vector<TensorId>& parts,
                                        const Tensor& whole, int32_t axis, std::vector<int32_t>& row_bytes) {
  device::PartsParams p{};
  p.rows = static_cast<int32_t>(extents_before(whole.shape, axis));
  p.parts = static_cast<int32_t>(parts.size());
  for (const TensorId id : parts) {
    const Tensor& part = graph[id];
    if (part.dtype != whole.dtype || part.quantization.scales != whole.quantization.scales ||
        part.quantization.zero_points != whole.quantization.zero_points) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("tensor \"{}\" has another type or scale than \"{}\"", part.name, whole.name));
    }
    row_bytes.push_back(static_cast<int32_t>(extents_from(part.shape, axis) * size_of(part.dtype)));
  }
  return p;
}

}  // namespace tinyml::ops
