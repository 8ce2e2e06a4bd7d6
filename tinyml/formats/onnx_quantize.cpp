// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

struct Parameters {
  Quantization quantization;  // of int8 or int32
  DType dtype;                // of the file
};

/// Inputs 1 and 2: scales and zero points. `otherwise`: the type where there is no zero point.
Parameters read_parameters(const Source& source, size_t rank, DType otherwise) {
  if (source.integer("block_size", 0) != 0) refuse("quantization in blocks");
  Parameters result{{}, otherwise};
  Quantization& q = result.quantization;
  q.scales = reals(source.constant(1, "a scale"));
  q.zero_points.assign(q.scales.size(), 0);
  if (q.scales.empty()) reject("it has no scale");
  for (const float scale : q.scales) {
    if (!(scale > 0 && scale < 1e30f)) reject(fmt::format("a scale of {}", scale));
  }
  if (source.has(2)) {
    const Constant& zeros = source.constant(2, "a zero point");
    result.dtype = zeros.dtype;
    if (static_cast<size_t>(zeros.size()) != q.scales.size()) {
      reject(fmt::format("{} scales and {} zero points", q.scales.size(), zeros.size()));
    }
    for (size_t i = 0; i < q.scales.size(); ++i) {
      if (zeros.dtype == DType::int8) q.zero_points[i] = zeros.values<int8_t>()[i];
      if (zeros.dtype == DType::uint8) q.zero_points[i] = zeros.values<uint8_t>()[i];
      if (zeros.dtype == DType::int32) q.zero_points[i] = zeros.values<int32_t>()[i];
    }
  }
  if (result.dtype == DType::uint8) {
    for (int32_t& zero : q.zero_points) zero -= 128;
  } else if (result.dtype != DType::int8 && result.dtype != DType::int32) {
    refuse(fmt::format("quantization to {} (int8 and uint8 are)", name_of(result.dtype)));
  }
  if (q.per_channel()) q.axis = static_cast<int32_t>(checked_axis(source.integer("axis", 1), rank));
  return result;
}

Parameters activation_parameters(const Source& source, const Value& value, DType otherwise) {
  Parameters parameters = read_parameters(source, value.rank(), otherwise);
  if (parameters.quantization.per_channel()) refuse("activations with a scale a channel");
  if (parameters.dtype == DType::int32) refuse("activations of int32");
  return parameters;
}

/// Notes the scale of a computed value. One that has another already goes through a node of its own.
void quantize(Import& import, Value& value, const Quantization& quantization) {
  Tensor& tensor = import.graph[value.id];
  if (!tensor.quantization.empty() && !(tensor.quantization == quantization)) {
    const Shape shape = tensor.shape;
    value.id = import.add(Reshape{shape}, {value.id}, tensor.name + "/requantized");
  }
  import.graph[value.id].quantization = quantization;
}

}  // namespace

void map_quantize(Import& import, Source& source) {
  Value value = source.input(0);
  if (value.constant || value.dtype != DType::float32)
    refuse("QuantizeLinear of what is no computed float32");
  const int64_t type = source.integer("output_dtype", 0);
  const Parameters parameters =
      activation_parameters(source, value, type == 0 ? DType::uint8 : dtype_of(static_cast<int32_t>(type)));
  quantize(import, value, parameters.quantization);
  value.dtype = parameters.dtype;
  source.set_output(0, std::move(value));
}

void map_dequantize(Import& import, Source& source) {
  Value value = source.input(0);
  if (value.constant) {
    Constant constant = *value.constant;
    if (constant.dtype != DType::int8 && constant.dtype != DType::uint8 && constant.dtype != DType::int32) {
      refuse(fmt::format("DequantizeLinear of {}", name_of(constant.dtype)));
    }
    const Parameters parameters = read_parameters(source, value.rank(), constant.dtype);
    if (parameters.dtype != constant.dtype) reject("its zero point is of another type than its input");
    constant.quantization = parameters.quantization;
    const Quantization& q = constant.quantization;
    if (q.per_channel() &&
        constant.shape[static_cast<size_t>(q.axis)] != static_cast<int32_t>(q.scales.size())) {
      reject(fmt::format("{} scales on axis {} of {}", q.scales.size(), q.axis, to_string(constant.shape)));
    }
    if (constant.dtype == DType::uint8) {
      Bytes bytes = *constant.data;
      for (uint8_t& byte : bytes) byte ^= 0x80;
      import.budget.spend(static_cast<int64_t>(bytes.size()));
      constant.data = std::make_shared<const Bytes>(std::move(bytes));
      constant.dtype = DType::int8;
    }
    return source.set_output(0, import.value(std::move(constant)));
  }
  if (value.dtype == DType::float32) reject("DequantizeLinear of float32");
  const Parameters parameters = activation_parameters(source, value, value.dtype);
  if (parameters.dtype != value.dtype) reject("its zero point is of another type than its input");
  const Quantization& known = import.graph[value.id].quantization;
  if (!known.empty() && !(known == parameters.quantization)) {
    refuse("a DequantizeLinear of another scale or zero point than the QuantizeLinear before it");
  }
  quantize(import, value, parameters.quantization);
  value.dtype = DType::float32;
  source.set_output(0, std::move(value));
}

}  // namespace tinyml::formats::onnx
