// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/operators.h"

// How the float passes cut their work: into blocks that depend on shapes alone, never on the threads.
namespace tinyml::ops {

/// The range that a fused activation clamps to.
struct Limits {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

inline Limits limits_of(Activation activation) {
  switch (activation) {
    case Activation::none:
      return {};
    case Activation::relu:
      return {.low = 0};
    case Activation::relu6:
      return {0, 6};
    case Activation::relu_n1_to_1:
      return {-1, 1};
  }
  return {};
}

/// Floats rounded up to whole cache lines.
inline int64_t cache_lines(int64_t floats) { return (floats + 15) / 16 * 16; }

/// `floats` of `room` from a 64-byte boundary on.
inline float* aligned_room(std::vector<float>& room, int64_t floats) {
  const auto needed = static_cast<size_t>(floats) + 16;
  if (room.size() < needed) room.resize(needed);
  const auto address = reinterpret_cast<uintptr_t>(room.data());
  return room.data() + (64 - address % 64) % 64 / sizeof(float);
}

/// `items` in blocks of `size`.
struct Blocks {
  int64_t items, size;

  int64_t count() const { return (items + size - 1) / size; }
  int64_t begin(int64_t block) const { return block * size; }
  int64_t length(int64_t block) const { return std::min(size, items - block * size); }
};

/// Blocks of whole items, at most `most` of them: for sums that are kept one a block.
inline Blocks few_blocks(int64_t items, int64_t most) {
  return {items, std::max<int64_t>(1, (items + most - 1) / most)};
}

/// Calls body(begin, length, block, thread) for every block.
template <class Body>
void for_blocks(ThreadPool& pool, const Blocks& blocks, const Body& body) {
  pool.run(static_cast<size_t>(blocks.count()), [&](size_t block, int thread) {
    const auto b = static_cast<int64_t>(block);
    body(blocks.begin(b), blocks.length(b), b, thread);
  });
}

/// Elementwise work over `n` floats.
template <class Body>
void for_elements(ThreadPool& pool, int64_t n, const Body& body) {
  for_blocks(pool, {n, 16384}, [&](int64_t begin, int64_t length, int64_t, int) { body(begin, length); });
}

}  // namespace tinyml::ops
