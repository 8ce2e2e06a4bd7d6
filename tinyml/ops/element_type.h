// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a tensor's type at run time to the C++ type of its elements; for .cpp files only.

#include <cstdint>
#include <string>
#include <type_traits>

#include "tinyml/graph/tensor.h"

namespace tinyml::ops {

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  if constexpr (std::is_same_v<T, int8_t>) return DType::int8;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::uint8;
  if constexpr (std::is_same_v<T, int16_t>) return DType::int16;
  if constexpr (std::is_same_v<T, int32_t>) return DType::int32;
  if constexpr (std::is_same_v<T, uint32_t>) return DType::uint32;
  if constexpr (std::is_same_v<T, int64_t>) return DType::int64;
  if constexpr (std::is_same_v<T, bool>) return DType::boolean;
}

/// Calls `use` with a value of the type among T, …, that a tensor's elements have. Errors: unsupported.
template <class T, class... Rest, class Use>
auto with_type(const Tensor& tensor, const Use& use) -> decltype(use(T{})) {
  if (tensor.dtype == dtype_of<T>()) return use(T{});
  if constexpr (sizeof...(Rest) > 0) {
    return with_type<Rest...>(tensor, use);
  } else {
    throw Error(ErrorKind::unsupported, "tensor \"" + tensor.name + "\" is " +
                                            std::string(name_of(tensor.dtype)) +
                                            ", for which there is no kernel");
  }
}

}  // namespace tinyml::ops
