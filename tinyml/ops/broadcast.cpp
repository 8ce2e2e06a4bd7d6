// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/broadcast.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml::ops {
namespace {

/// A dimension of the walk, or several: its extent and every operand's elements from one step to the next.
struct Level {
  int32_t extent;
  std::vector<int32_t> strides;
};

bool goes_on(const Level& inner, const Level& outer) {
  for (size_t i = 0; i < inner.strides.size(); ++i) {
    if (outer.strides[i] != inner.extent * inner.strides[i]) return false;
  }
  return true;
}

/// From the inmost; dimensions of one element are none.
std::vector<Level> levels_of(std::span<const Shape> operands, const Shape& output) {
  std::vector<Level> levels;
  std::vector<int32_t> next(operands.size(), 1);
  for (size_t back = 1; back <= output.size(); ++back) {
    Level level{output[output.size() - back], {}};
    for (size_t i = 0; i < operands.size(); ++i) {
      const Shape& shape = operands[i];
      const int32_t extent = back <= shape.size() ? shape[shape.size() - back] : 1;
      TINYML_CHECK(extent == 1 || extent == level.extent);
      level.strides.push_back(extent == 1 ? 0 : next[i]);
      next[i] *= extent;
    }
    if (level.extent == 1) continue;
    if (!levels.empty() && goes_on(levels.back(), level)) {
      levels.back().extent *= level.extent;
    } else {
      levels.push_back(std::move(level));
    }
  }
  return levels;
}

}  // namespace

Shape broadcast_shape(std::span<const Shape> operands) {
  Shape shape;
  for (const Shape& operand : operands) {
    if (operand.size() > shape.size()) shape.insert(shape.begin(), operand.size() - shape.size(), 1);
    const size_t skipped = shape.size() - operand.size();
    for (size_t i = 0; i < operand.size(); ++i) {
      int32_t& extent = shape[skipped + i];
      if (extent != operand[i] && extent != 1 && operand[i] != 1) {
        std::string all;
        for (const Shape& one : operands) all += (all.empty() ? "" : " and ") + to_string(one);
        throw Error(ErrorKind::bad_file, "the shapes " + all + " do not broadcast");
      }
      extent = std::max(extent, operand[i]);
    }
  }
  return shape;
}

Walk walk_of(std::span<const Shape> operands, const Shape& output) {
  std::vector<Level> levels = levels_of(operands, output);
  if (levels.empty()) levels.push_back({1, std::vector<int32_t>(operands.size(), 0)});
  // Kernels read a table of levels, which has one at least.
  if (levels.size() == 1) levels.push_back({1, std::vector<int32_t>(operands.size(), 0)});
  Walk walk;
  walk.row = levels[0].extent;
  walk.steps = levels[0].strides;
  for (size_t k = 1; k < levels.size(); ++k) {
    walk.levels.push_back(levels[k].extent);
    for (size_t i = 0; i < operands.size(); ++i) {
      const int32_t back = k == 1 ? 0 : levels[k - 1].strides[i] * levels[k - 1].extent;
      walk.levels.push_back(levels[k].strides[i] - back);
    }
  }
  if (walk.level_count() > device::kMostLevels) {
    throw Error(ErrorKind::unsupported, fmt::format("broadcasting over {} dimensions", output.size()));
  }
  return walk;
}

}  // namespace tinyml::ops
