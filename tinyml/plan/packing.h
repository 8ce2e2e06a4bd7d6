// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tinyml/plan/plan.h"

namespace tinyml::plan {

/// One thing to place in the arena: a tensor's storage or a node's scratch.
struct Buffer {
  int64_t bytes = 0;  // a multiple of kAlignmentBytes
  int32_t first = 0, last = 0;
  int64_t alignment = kAlignmentBytes;
};

/// Buffers and how near two of them may come. gap(a, b) is the least distance from the offset of `a` up to
/// that of `b` when a lies below b: the bytes of `a`, or fewer where the kernel that writes `a` allows.
class Packing {
 public:
  explicit Packing(std::vector<Buffer> buffers);

  size_t size() const { return buffers_.size(); }
  const Buffer& operator[](size_t i) const { return buffers_[i]; }
  bool conflict(size_t a, size_t b) const { return gap_[a * size() + b] >= 0; }
  int64_t gap(size_t a, size_t b) const { return gap_[a * size() + b]; }
  void set_gap(size_t a, size_t b, int64_t bytes) { gap_[a * size() + b] = bytes; }

  /// The bytes that the buffers live at `time` need at least.
  int64_t live_bytes(int32_t time) const;
  int64_t lower_bound() const;

 private:
  std::vector<Buffer> buffers_;
  std::vector<int64_t> gap_;  // -1: never live together
};

struct Placement {
  std::vector<int64_t> offsets;
  int64_t bytes = 0;
};

/// Places the buffers in the given order, each at the lowest offset that those before it leave free. Some
/// order gives the smallest arena: that of an optimal plan's offsets.
Placement first_fit(const Packing& packing, const std::vector<size_t>& order);

/// The best placement found: greedy orders, then exchanges of two in the order, then branch and bound for
/// at most 20 buffers. Ends early when the lower bound is met.
Placement pack(const Packing& packing);

}  // namespace tinyml::plan
