// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/graph/rounding.h"

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

/// The codes of a float constant.
Constant quantized(Import& import, const Constant& x, const Parameters& parameters) {
  const bool is_unsigned = parameters.dtype == DType::uint8;
  const Quantization& q = parameters.quantization;
  const std::vector<float> values = reals(x);
  int64_t inner = 1;
  for (size_t i = static_cast<size_t>(q.axis) + 1; i < x.shape.size(); ++i) inner *= x.shape[i];
  import.budget.spend(x.size());
  Bytes codes;
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = q.per_channel() ? i / static_cast<size_t>(inner) % q.scales.size() : 0;
    const float code =
        std::nearbyint(values[i] / q.scales[channel]) + static_cast<float>(q.zero_points[channel]);
    const auto byte = static_cast<uint8_t>(static_cast<int8_t>(std::clamp(code, -128.0f, 127.0f)));
    codes.push_back(is_unsigned ? byte ^ 0x80 : byte);
  }
  return {parameters.dtype, x.shape, std::make_shared<const Bytes>(std::move(codes)), {}};
}

void check_channels(const Quantization& q, const Shape& shape) {
  if (q.per_channel() && shape[static_cast<size_t>(q.axis)] != static_cast<int32_t>(q.scales.size())) {
    reject(fmt::format("{} scales on axis {} of {}", q.scales.size(), q.axis, to_string(shape)));
  }
}

}  // namespace

void map_quantize(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.dtype != DType::float32) refuse("QuantizeLinear of what is no float32");
  const int64_t type = source.integer("output_dtype", 0);
  const DType otherwise =
      type == 0 ? DType::uint8 : dtype_of(static_cast<int32_t>(std::clamp<int64_t>(type, 0, 99)));
  if (x.constant) {
    const Parameters parameters = read_parameters(source, x.rank(), otherwise);
    if (parameters.dtype == DType::int32) refuse("QuantizeLinear to int32");
    check_channels(parameters.quantization, x.shape);
    for (const float value : reals(*x.constant)) {
      if (!std::isfinite(value)) reject("a constant that is not finite");
    }
    return source.set_output(0, import.value(quantized(import, *x.constant, parameters)));
  }
  const Parameters parameters = activation_parameters(source, x, otherwise);
  set_rounds_to_even(import.graph);
  const TensorId id = import.add(
      Quantize{}, {x.id}, Tensor{source.output_name(0), DType::int8, {}, parameters.quantization, nullptr});
  Value result = import.computed(id, x.order);
  result.dtype = parameters.dtype;
  source.set_output(0, std::move(result));
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
    check_channels(constant.quantization, constant.shape);
    if (constant.dtype == DType::uint8) {
      Bytes bytes = *constant.data;
      for (uint8_t& byte : bytes) byte ^= 0x80;
      import.budget.spend(static_cast<int64_t>(bytes.size()));
      constant.data = std::make_shared<const Bytes>(std::move(bytes));
      constant.dtype = DType::int8;
    }
    return source.set_output(0, import.value(std::move(constant)));
  }
  if (value.dtype != DType::int8 && value.dtype != DType::uint8) {
    refuse(fmt::format("DequantizeLinear of {}", name_of(value.dtype)));
  }
  const Parameters parameters = activation_parameters(source, value, value.dtype);
  if (parameters.dtype != value.dtype) reject("its zero point is of another type than its input");
  Quantization quantization = parameters.quantization;
  if (import.graph[value.id].dtype == DType::uint8) quantization.zero_points[0] += 128;
  Quantization& known = import.graph[value.id].quantization;
  if (known.empty()) known = quantization;
  if (!(known == quantization)) {
    refuse("a DequantizeLinear of another scale or zero point than the QuantizeLinear before it");
  }
  const TensorId id =
      import.add(Dequantize{}, {value.id}, Tensor{source.output_name(0), DType::float32, {}, {}, nullptr});
  source.set_output(0, import.computed(id, value.order));
}

}  // namespace tinyml::formats::onnx
