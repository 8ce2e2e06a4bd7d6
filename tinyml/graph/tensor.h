// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/base/error.h"

namespace tinyml {

enum class DType : uint8_t { float32, int8, uint8, int16, int32, uint32, int64, uint64, boolean };

int64_t size_of(DType dtype);
std::string_view name_of(DType dtype);

/// Extents, outermost first; images and spectrograms are NHWC.
using Shape = std::vector<int32_t>;

/// The number of elements; 1 for a scalar.
int64_t elements(const Shape& shape);
/// "1x49x40x1"
std::string to_string(const Shape& shape);

/// real = scale * (quantized - zero_point); one pair a tensor, or one a slice of `axis` (per channel).
struct Quantization {
  std::vector<float> scales;
  std::vector<int32_t> zero_points;
  int32_t axis = 0;

  bool empty() const { return scales.empty(); }
  bool per_channel() const { return scales.size() > 1; }
  float scale() const { return scales.at(0); }
  int32_t zero_point() const { return zero_points.at(0); }
  bool operator==(const Quantization&) const = default;
};

/// A value of the graph. Constants carry their bytes (little endian, row major); the others are computed.
/// Activations have the batch in dimension 0, which is 1 in a stored graph.
struct Tensor {
  std::string name;
  DType dtype = DType::float32;
  Shape shape;
  Quantization quantization;
  std::shared_ptr<const std::vector<uint8_t>> data;
  /// Keeps its content from one inference to the next; `data` is the content at first and after a reset.
  /// ReadVariable alone reads it, AssignVariable alone writes it.
  bool is_variable = false;

  bool is_constant() const { return data && !is_variable; }
  int64_t size_bytes() const { return elements(shape) * size_of(dtype); }
  /// The constant's elements. T must be the type of `dtype`.
  template <class T>
  std::span<const T> values() const {
    TINYML_CHECK(data && sizeof(T) == static_cast<size_t>(size_of(dtype)));
    return {reinterpret_cast<const T*>(data->data()), data->size() / sizeof(T)};
  }
};

/// The bytes of `values`, for Tensor::data.
template <class T>
std::shared_ptr<const std::vector<uint8_t>> to_constant(std::span<const T> values) {
  const auto* first = reinterpret_cast<const uint8_t*>(values.data());
  return std::make_shared<const std::vector<uint8_t>>(first, first + values.size_bytes());
}

}  // namespace tinyml
