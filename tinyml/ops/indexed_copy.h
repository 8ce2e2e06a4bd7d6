// SPDX-License-Identifier: Apache-2.0
#pragma once

// Copies that take other elements of the input along each axis; for .cpp files only.

#include <cstdint>
#include <vector>

#include "tinyml/device/nn/indexed_copy.h"
#include "tinyml/graph/tensor.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// indexes[axis][i]: which of the input's positions along the axis is the output's position i.
struct IndexedCopy {
  device::IndexedCopyParams params{};
  std::vector<int32_t> offsets;

  /// Errors: unsupported where more than four axes are not as they were.
  IndexedCopy(const Shape& input, const std::vector<std::vector<int32_t>>& indexes);
};

/// The call of the copy from input 0, activation or constant, to output 0.
KernelCall copy_call(const IndexedCopy& copy, DType dtype);

}  // namespace tinyml::ops
