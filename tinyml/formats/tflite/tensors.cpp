// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/tensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/formats/tflite/format.h"
#include "tinyml/formats/tflite/half.h"
#include "tinyml/formats/tflite/tables.h"

namespace tinyml::formats::tflite {
namespace {

Quantization read_quantization(const schema::QuantizationParameters& source, const Tensor& tensor) {
  Quantization quantization;
  const size_t scales = count(source.scale()), zeros = count(source.zero_point());
  if (source.details_type() != schema::QuantizationDetails::NONE) refuse("custom quantization");
  if (scales == 0) return quantization;
  if (zeros != 0 && zeros != scales) reject(fmt::format("{} scales and {} zero points", scales, zeros));
  quantization.scales.assign(source.scale()->begin(), source.scale()->end());
  quantization.zero_points.resize(scales);
  for (size_t i = 0; i < zeros; ++i) {
    int64_t zero;  // the verifier lets vectors of 8-byte elements start at any multiple of 4
    std::memcpy(&zero, source.zero_point()->Data() + i * sizeof zero, sizeof zero);
    quantization.zero_points[i] = checked_zero_point(zero, tensor.dtype);
  }
  // TFLite Micro ignores the axis of a vector; files with a wrong one are about.
  if (scales > 1 && tensor.shape.size() > 1) quantization.axis = source.quantized_dimension();
  return quantization;
}

}  // namespace

Tensor TensorReader::read(const schema::SubGraph& subgraph, uint32_t index) {
  const schema::Tensor& source = *subgraph.tensors()->Get(index);
  Tensor tensor;
  tensor.name = clean(source.name());
  return with_context(fmt::format("tensor {} {}", index, tensor.name), [&] {
    if (source.sparsity()) refuse("sparse values");
    const bool half = source.type() == schema::TensorType::FLOAT16;
    const auto dtype = half ? DType::float32 : from_tflite(source.type());
    if (!dtype) {
      const std::string name = schema::EnumNameTensorType(source.type());
      refuse("the type " + (name.empty() ? std::to_string(static_cast<int>(source.type())) : name));
    }
    tensor.dtype = *dtype;
    if (source.shape()) tensor.shape.assign(source.shape()->begin(), source.shape()->end());
    check_extents(tensor.shape);
    tensor.data = data_of(source.buffer());
    if (half) {
      if (!tensor.data) refuse("float16 that is computed");
      tensor.data = to_constant<float>(from_half(*tensor.data, elements(tensor.shape)));
    }
    if (tensor.data && static_cast<int64_t>(tensor.data->size()) != tensor.size_bytes()) {
      reject(fmt::format("{} {} in {} bytes", to_string(tensor.shape), tinyml::name_of(tensor.dtype),
                         tensor.data->size()));
    }
    if (tensor.data && tensor.dtype == DType::boolean) {
      const auto is_bool = [](uint8_t byte) { return byte <= 1; };
      if (!std::all_of(tensor.data->begin(), tensor.data->end(), is_bool)) reject("booleans beyond 0 and 1");
    }
    if (source.quantization() && tensor.dtype != DType::float32) {
      tensor.quantization = read_quantization(*source.quantization(), tensor);
    }
    return std::move(tensor);
  });
}

std::shared_ptr<const Bytes> TensorReader::data_of(uint32_t index) {
  if (index >= count(model_.buffers())) {
    if (index == 0) return nullptr;
    reject(fmt::format("there is no buffer {}", index));
  }
  const schema::Buffer& buffer = *model_.buffers()->Get(index);
  if (buffer.offset() > 1 || buffer.size() > 1) refuse("data outside of the flatbuffer");
  if (count(buffer.data()) == 0) return nullptr;
  std::shared_ptr<const Bytes>& bytes = data_[{buffer.data()->data(), buffer.data()->size()}];
  if (!bytes) {
    constexpr size_t kMostBytes = size_t{1} << 28;
    data_bytes_ += buffer.data()->size();
    if (data_bytes_ > kMostBytes) reject("the buffers overlap");
    bytes = std::make_shared<const Bytes>(buffer.data()->begin(), buffer.data()->end());
  }
  return bytes;
}

}  // namespace tinyml::formats::tflite
