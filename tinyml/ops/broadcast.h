// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/graph/tensor.h"

namespace tinyml::ops {

/// The shape that operands broadcast to: aligned at their last dimensions, extents of 1 give way.
/// Errors: bad_file.
Shape broadcast_shape(std::span<const Shape> operands);

/// A walk over operands that broadcast to one shape, in the order of its elements.
struct Walk {
  int32_t row = 1;              // elements of a row
  std::vector<int32_t> steps;   // of each operand from one element of a row to the next: 0 or 1
  std::vector<int32_t> levels;  // as device::Rows has them

  int32_t level_count() const { return static_cast<int32_t>(levels.size() / (steps.size() + 1)); }
};

/// Dimensions along which all operands go on alike are one level. Errors: unsupported, for too many levels.
Walk walk_of(std::span<const Shape> operands, const Shape& output);

/// Sets what a kernel of two operands needs of their walk.
inline void set_walk(const Walk& walk, device::BroadcastParams& p) {
  p.row = walk.row;
  p.levels = walk.level_count();
  p.a_step = walk.steps[0];
  p.b_step = walk.steps[1];
}

}  // namespace tinyml::ops
