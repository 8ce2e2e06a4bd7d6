// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/graph/tensor.h"

namespace tinyml::schema::onnx {  // generated from schema/onnx.proto
class TensorProto;
}  // namespace tinyml::schema::onnx

namespace tinyml::formats::onnx {

/// Which axis of an ONNX tensor each axis of ours holds: {0, 2, 3, 1} for NHWC of NCHW.
using Order = std::vector<int32_t>;

/// A constant of the file, or computed from some. With a quantization it stands for the real values.
struct Constant {
  DType dtype = DType::float32;
  Shape shape;  // extents may be 0
  std::shared_ptr<const Bytes> data;
  Quantization quantization;

  int64_t size() const { return elements(shape); }
  template <class T>
  std::span<const T> values() const {
    return {reinterpret_cast<const T*>(data->data()), data->size() / sizeof(T)};
  }
};

/// What the constants made while a file is read may take together.
class Budget {
 public:
  explicit Budget(int64_t bytes) : left_(bytes) {}
  /// Errors: unsupported, where they take more.
  void spend(int64_t bytes);

 private:
  int64_t left_;
};

/// Errors: bad_file; unsupported, naming the type.
DType dtype_of(int32_t onnx_type);
/// Extents from 0 to 2^28, and fewer than 2^28 elements. Errors: bad_file, unsupported.
Shape checked_shape(const std::vector<int64_t>& extents);

Constant read_constant(const schema::onnx::TensorProto& tensor, Budget& budget);

template <class T>
Constant make_constant(DType dtype, Shape shape, const std::vector<T>& values) {
  return {dtype, std::move(shape), to_constant(std::span<const T>(values)), {}};
}

/// Of int32 and int64 constants. Errors: unsupported.
std::vector<int64_t> integers(const Constant& constant);
/// The real values. Errors: unsupported, for types that have none.
std::vector<float> reals(const Constant& constant);
/// The same as a float32 constant.
Constant dequantized(const Constant& constant, Budget& budget);

/// The extents of `shape` in `order`.
Shape in_order(const Shape& shape, const Order& order);
/// The same values, their axes in `order`; quantization follows.
Constant permuted(const Constant& constant, const Order& order, Budget& budget);

}  // namespace tinyml::formats::onnx
