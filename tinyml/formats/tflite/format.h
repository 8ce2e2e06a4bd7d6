// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the .tflite reader and writer share; for .cpp files only.

#include <optional>
#include <string>

#include "tinyml/graph/tensor.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {

constexpr uint32_t kSchemaVersion = 3;
inline const std::string kMetadataPrefix = "tinyml.";
inline const std::string kMinRuntime = "min_runtime_version";
constexpr size_t kRuntimeBytes = 16;  // the version, padded with zeros

struct TypePair {
  DType dtype;
  schema::TensorType type;
};
constexpr TypePair kTypes[] = {
    {DType::float32, schema::TensorType::FLOAT32}, {DType::int8, schema::TensorType::INT8},
    {DType::uint8, schema::TensorType::UINT8},     {DType::int16, schema::TensorType::INT16},
    {DType::int32, schema::TensorType::INT32},     {DType::int64, schema::TensorType::INT64},
    {DType::uint32, schema::TensorType::UINT32},   {DType::uint64, schema::TensorType::UINT64},
    {DType::boolean, schema::TensorType::BOOL},
};

inline schema::TensorType to_tflite(DType dtype) {
  for (const TypePair& pair : kTypes) {
    if (pair.dtype == dtype) return pair.type;
  }
  TINYML_CHECK(false);
  return {};
}

inline std::optional<DType> from_tflite(schema::TensorType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.type == type) return pair.dtype;
  }
  return std::nullopt;
}

}  // namespace tinyml::formats::tflite
