// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/half.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::tflite {
namespace {

float to_float(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  const float sign = half >> 15 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction ? std::nanf("") : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

/// Of a float32 that may be one.
uint16_t to_bits(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const int exponent = static_cast<int>(bits >> 23 & 255) - 127;
  if (exponent > 15) return static_cast<uint16_t>(sign | 0x7c00);
  if (exponent >= -14)
    return static_cast<uint16_t>(sign | static_cast<uint32_t>(exponent + 15) << 10 | (bits >> 13 & 1023));
  const auto steps = static_cast<uint32_t>(std::ldexp(std::fabs(value), 24));
  return static_cast<uint16_t>(sign | (steps & 1023));
}

}  // namespace

std::optional<Bytes> to_half(const Tensor& tensor) {
  // Below this the DEQUANTIZE is larger than what it saves.
  constexpr size_t kFewest = 64;
  if (!tensor.is_constant() || tensor.dtype != DType::float32) return {};
  const auto values = tensor.values<float>();
  if (values.size() < kFewest) return {};
  std::vector<uint16_t> halves;
  for (const float value : values) {
    halves.push_back(to_bits(value));
    if (std::bit_cast<uint32_t>(to_float(halves.back())) != std::bit_cast<uint32_t>(value)) return {};
  }
  Bytes bytes(halves.size() * 2);
  std::memcpy(bytes.data(), halves.data(), bytes.size());
  return bytes;
}

std::vector<float> from_half(const Bytes& bytes, int64_t count) {
  if (static_cast<int64_t>(bytes.size()) != 2 * count) {
    reject(std::to_string(count) + " float16 in " + std::to_string(bytes.size()) + " bytes");
  }
  std::vector<float> values;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    values.push_back(to_float(static_cast<uint16_t>(bytes[i] | bytes[i + 1] << 8)));
  }
  return values;
}

}  // namespace tinyml::formats::tflite
