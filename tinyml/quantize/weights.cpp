// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tinyml::quantize {
namespace {

template <class T>
std::shared_ptr<const std::vector<uint8_t>> rounded(std::span<const double> values) {
  std::vector<T> integers;
  integers.reserve(values.size());
  // Doubles do not hold the last integers of 64 bits.
  constexpr auto kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto kHigh = sizeof(T) == 8 ? 0x1p62 : static_cast<double>(std::numeric_limits<T>::max());
  for (const double value : values)
    integers.push_back(static_cast<T>(std::clamp(std::round(value), kLow, kHigh)));
  return to_constant<T>(integers);
}

}  // namespace

Tensor quantize_weights(const Tensor& weights, const Tensor* bias, float input_scale, int axis, bool channels,
                        Scheme scheme) {
  const auto values = weights.values<float>();
  const size_t count = static_cast<size_t>(weights.shape[static_cast<size_t>(axis)]);
  const size_t inner = axis == 0 ? values.size() / count : 1;
  std::vector<float> largest(count);
  for (size_t i = 0; i < values.size(); ++i) {
    float& peak = largest[(i / inner) % count];
    peak = std::max(peak, std::fabs(values[i]));
  }
  std::vector<float> scales(count);
  for (size_t c = 0; c < count; ++c) {
    const bool narrow = bias && scheme == Scheme::int8;
    const float offset = narrow ? std::fabs(bias->values<float>()[c]) : 0.0f;
    scales[c] = std::max({largest[c] / 127.0f, offset / (input_scale * 0x1p29f), 1e-9f});
  }
  if (!channels) std::fill(scales.begin(), scales.end(), *std::max_element(scales.begin(), scales.end()));

  std::vector<int8_t> quantized(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double steps = std::round(static_cast<double>(values[i]) / scales[(i / inner) % count]);
    quantized[i] = static_cast<int8_t>(std::clamp(steps, -127.0, 127.0));
  }
  Tensor result{weights.name, DType::int8, weights.shape, {}, to_constant<int8_t>(quantized)};
  result.quantization.axis = axis;
  result.quantization.scales = channels ? scales : std::vector<float>{scales[0]};
  result.quantization.zero_points.assign(result.quantization.scales.size(), 0);
  return result;
}

Tensor quantize_bias(const Tensor* bias, const std::string& name, int32_t count, float input_scale,
                     const Quantization& weights, Scheme scheme) {
  const bool wide = scheme == Scheme::int16x8;
  Tensor result{name, wide ? DType::int64 : DType::int32, {count}, {}, nullptr};
  std::vector<double> steps(static_cast<size_t>(count));
  for (size_t c = 0; c < steps.size(); ++c) {
    const double scale = static_cast<double>(input_scale) * weights.scales[weights.per_channel() ? c : 0];
    steps[c] = bias ? static_cast<double>(bias->values<float>()[c]) / scale : 0;
  }
  for (const float scale : weights.scales) result.quantization.scales.push_back(input_scale * scale);
  result.quantization.zero_points.assign(weights.scales.size(), 0);
  result.data = wide ? rounded<int64_t>(steps) : rounded<int32_t>(steps);
  return result;
}

Tensor quantize_constant(const Tensor& constant, const Quantization& quantization, Scheme scheme) {
  const bool wide = scheme == Scheme::int16x8;
  std::vector<double> steps;
  for (const float value : constant.values<float>()) {
    steps.push_back(static_cast<double>(value) / quantization.scale() + quantization.zero_point());
  }
  Tensor result{constant.name, wide ? DType::int16 : DType::int8, constant.shape, quantization, nullptr};
  result.data = wide ? rounded<int16_t>(steps) : rounded<int8_t>(steps);
  return result;
}

}  // namespace tinyml::quantize
