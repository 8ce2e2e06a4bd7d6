// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/tensor.h"

namespace tinyml {

int64_t size_of(DType dtype) {
  switch (dtype) {
    case DType::int8:
    case DType::uint8:
    case DType::boolean:
      return 1;
    case DType::int16:
      return 2;
    case DType::float32:
    case DType::int32:
    case DType::uint32:
      return 4;
    case DType::int64:
    case DType::uint64:
      return 8;
  }
  return 0;
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float32";
    case DType::int8:
      return "int8";
    case DType::uint8:
      return "uint8";
    case DType::int16:
      return "int16";
    case DType::int32:
      return "int32";
    case DType::uint32:
      return "uint32";
    case DType::int64:
      return "int64";
    case DType::uint64:
      return "uint64";
    case DType::boolean:
      return "bool";
  }
  return "?";
}

int64_t elements(const Shape& shape) {
  int64_t count = 1;
  for (const int32_t extent : shape) count *= extent;
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text;
  for (const int32_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

}  // namespace tinyml
