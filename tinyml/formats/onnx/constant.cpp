// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/constant.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats::onnx {
namespace {

using schema::onnx::TensorProto;
using tflite::refuse;
using tflite::reject;

/// The values of a tensor that lie in one of its typed fields.
template <class T, class Field>
Bytes narrowed(const Field& field) {
  Bytes bytes(sizeof(T) * static_cast<size_t>(field.size()));
  for (int i = 0; i < field.size(); ++i) {
    const T value = static_cast<T>(field[i]);
    std::memcpy(bytes.data() + sizeof(T) * static_cast<size_t>(i), &value, sizeof value);
  }
  return bytes;
}

Bytes bytes_of(const TensorProto& tensor, DType dtype) {
  if (tensor.has_raw_data()) return {tensor.raw_data().begin(), tensor.raw_data().end()};
  switch (dtype) {
    case DType::float32:
      return narrowed<float>(tensor.float_data());
    case DType::int64:
      return narrowed<int64_t>(tensor.int64_data());
    case DType::int32:
      return narrowed<int32_t>(tensor.int32_data());
    case DType::int16:
      return narrowed<int16_t>(tensor.int32_data());
    case DType::uint32:
      return narrowed<uint32_t>(tensor.uint64_data());
    default:
      return narrowed<uint8_t>(tensor.int32_data());
  }
}

/// Calls `use` with the address of every element of a row-major tensor, counted in elements, in `order`.
template <class Use>
void for_each_in_order(const Shape& shape, const Order& order, Use use) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  std::vector<int32_t> at(order.size());
  int64_t from = 0;
  for (int64_t left = elements(shape); left > 0; --left) {
    use(from);
    for (size_t i = order.size(); i-- > 0;) {
      const auto axis = static_cast<size_t>(order[i]);
      from += strides[axis];
      if (++at[i] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      at[i] = 0;
    }
  }
}

}  // namespace

void Budget::spend(int64_t bytes) {
  left_ -= bytes;
  if (left_ < 0) refuse("constants that take many times the room that they have in the file");
}

DType dtype_of(int32_t onnx_type) {
  switch (onnx_type) {
    case TensorProto::FLOAT:
      return DType::float32;
    case TensorProto::INT8:
      return DType::int8;
    case TensorProto::UINT8:
      return DType::uint8;
    case TensorProto::INT16:
      return DType::int16;
    case TensorProto::INT32:
      return DType::int32;
    case TensorProto::UINT32:
      return DType::uint32;
    case TensorProto::INT64:
      return DType::int64;
    case TensorProto::BOOL:
      return DType::boolean;
    case TensorProto::FLOAT16:
    case TensorProto::DOUBLE:
    case TensorProto::BFLOAT16:
      refuse("values of float16, bfloat16 or double: export the model in float32");
    default:
      refuse(fmt::format("values of the ONNX type {}", onnx_type));
  }
}

Shape checked_shape(const std::vector<int64_t>& extents) {
  constexpr size_t kMostExtents = 8;
  constexpr int64_t kMost = 1 << 28;
  if (extents.size() > kMostExtents) refuse(fmt::format("{} dimensions", extents.size()));
  Shape shape;
  int64_t count = 1;
  for (const int64_t extent : extents) {
    if (extent < 0) reject(fmt::format("an extent of {}", extent));
    if (extent > kMost) refuse(fmt::format("an extent of {}", extent));
    count *= std::max<int64_t>(extent, 1);
    if (count > kMost) refuse("more than 2^28 elements");
    shape.push_back(static_cast<int32_t>(extent));
  }
  return shape;
}

Constant read_constant(const TensorProto& tensor, Budget& budget) {
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    refuse(
        "values in another file: export with external_data=False, or save it again as one file (onnx.save)");
  }
  Constant constant;
  constant.dtype = dtype_of(tensor.data_type());
  constant.shape = checked_shape({tensor.dims().begin(), tensor.dims().end()});
  Bytes bytes = bytes_of(tensor, constant.dtype);
  budget.spend(static_cast<int64_t>(bytes.size()));
  if (static_cast<int64_t>(bytes.size()) != constant.size() * size_of(constant.dtype)) {
    reject(
        fmt::format("{} {} in {} bytes", to_string(constant.shape), name_of(constant.dtype), bytes.size()));
  }
  constant.data = std::make_shared<const Bytes>(std::move(bytes));
  return constant;
}

std::vector<int64_t> integers(const Constant& constant) {
  if (constant.dtype == DType::int64) {
    const auto values = constant.values<int64_t>();
    return {values.begin(), values.end()};
  }
  if (constant.dtype == DType::int32 && constant.quantization.empty()) {
    const auto values = constant.values<int32_t>();
    return {values.begin(), values.end()};
  }
  if (constant.dtype == DType::boolean) return {constant.data->begin(), constant.data->end()};
  refuse(fmt::format("{} where integers are expected", name_of(constant.dtype)));
}

std::vector<float> reals(const Constant& constant) {
  if (constant.dtype == DType::float32) {
    const auto values = constant.values<float>();
    return {values.begin(), values.end()};
  }
  const Quantization& q = constant.quantization;
  if (q.empty()) refuse(fmt::format("{} where float32 is expected", name_of(constant.dtype)));
  int64_t inner = 1;
  for (size_t i = static_cast<size_t>(q.axis) + 1; i < constant.shape.size(); ++i) inner *= constant.shape[i];
  std::vector<float> values(static_cast<size_t>(constant.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = q.per_channel() ? i / static_cast<size_t>(inner) % q.scales.size() : 0;
    const int64_t code =
        constant.dtype == DType::int8 ? constant.values<int8_t>()[i] : int64_t{constant.values<int32_t>()[i]};
    values[i] = static_cast<float>(code - q.zero_points[channel]) * q.scales[channel];
  }
  return values;
}

Constant dequantized(const Constant& constant, Budget& budget) {
  if (constant.dtype == DType::float32) return constant;
  budget.spend(constant.size() * 4);
  return make_constant(DType::float32, constant.shape, reals(constant));
}

Shape in_order(const Shape& shape, const Order& order) {
  Shape result;
  for (const int32_t axis : order) result.push_back(shape.at(static_cast<size_t>(axis)));
  return result;
}

Constant permuted(const Constant& constant, const Order& order, Budget& budget) {
  if (std::is_sorted(order.begin(), order.end())) return constant;
  budget.spend(static_cast<int64_t>(constant.data->size()));
  const auto size = static_cast<size_t>(size_of(constant.dtype));
  Bytes bytes(constant.data->size());
  uint8_t* to = bytes.data();
  for_each_in_order(constant.shape, order, [&](int64_t from) {
    std::memcpy(to, constant.data->data() + static_cast<size_t>(from) * size, size);
    to += size;
  });
  Constant result{constant.dtype, in_order(constant.shape, order),
                  std::make_shared<const Bytes>(std::move(bytes)), constant.quantization};
  if (result.quantization.per_channel()) {
    result.quantization.axis = static_cast<int32_t>(
        std::find(order.begin(), order.end(), constant.quantization.axis) - order.begin());
  }
  return result;
}

}  // namespace tinyml::formats::onnx
