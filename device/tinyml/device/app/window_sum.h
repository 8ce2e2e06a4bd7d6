// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// The sum of the newest `samples` readings of one channel; zeros stand before the first.
template <int32_t samples>
class WindowSum {
  static_assert(samples > 0 && samples <= 65536, "the sum fits in 32 bits");

 public:
  void reset() {
    for (int32_t i = 0; i < samples; ++i) ring_[i] = 0;
    sum_ = next_ = 0;
  }

  /// `count` readings, `stride` values apart.
  void add(const int16_t* values, int32_t count, int32_t stride) {
    for (int32_t i = 0; i < count; ++i) {
      const int16_t value = values[i * stride];
      sum_ += value - ring_[next_];
      ring_[next_] = value;
      next_ = next_ + 1 == samples ? 0 : next_ + 1;
    }
  }

  int32_t sum() const { return sum_; }

 private:
  int16_t ring_[samples] = {};
  int32_t sum_ = 0, next_ = 0;
};

}  // namespace device
}  // namespace tinyml
