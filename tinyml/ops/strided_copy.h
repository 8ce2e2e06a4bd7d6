// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the operators share that only move elements; for .cpp files only.

#include <cstdint>
#include <vector>

#include "tinyml/device/nn/strided_copy.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// How far apart in memory the elements of a row-major tensor are along each axis.
std::vector<int64_t> strides_of(const Shape& shape);

/// A copy between two tensors: `loops`, outermost first, each stepping through both. Counted in elements.
struct StridedCopy {
  struct Loop {
    int64_t count, from, to;
  };
  std::vector<Loop> loops;
  int64_t from_offset = 0, to_offset = 0;

  /// Sets the steps through the output to those of a row-major tensor of the loops' counts.
  void write_in_order();
  /// The same with the loops merged that make one. Errors: unsupported for more than six.
  device::StridedCopyParams params() const;
  /// The copy back.
  StridedCopy reversed() const;
};

/// Runs the copy on floats.
void run(const StridedCopy& copy, const float* input, float* output);

/// The call of the copy from input 0, activation or constant, to output 0, whose elements it writes in order.
KernelCall copy_call(const StridedCopy& copy, DType dtype);

/// The gradient of such a copy: input gradient 0 gets the output's where it was read, else 0.
void copy_gradient(const StridedCopy& copy, FloatBackward& pass);

}  // namespace tinyml::ops
