// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// An alarm for readings that sink and stay low: their exponentially weighted mean m += weight (reading - m)
/// is below a limit. `weight` is in 1/65536, `limit` in 1/4096 of a count. Integer only: the same on every
/// machine.
class LevelAlarm {
 public:
  enum : int32_t { fraction_bits = 12 };

  constexpr LevelAlarm(int32_t weight, int32_t limit) : weight_(weight), limit_(limit) {}

  /// The first reading begins the mean. True while the mean is below the limit.
  bool add(int16_t reading) {
    const int32_t value = static_cast<int32_t>(reading) * (1 << fraction_bits);
    if (!started_) mean_ = value;
    started_ = true;
    mean_ += static_cast<int32_t>((static_cast<int64_t>(value - mean_) * weight_) >> 16);
    return mean_ < limit_;
  }

  /// In 1/4096 of a count.
  int32_t mean() const { return mean_; }

 private:
  int32_t weight_, limit_, mean_ = 0;
  bool started_ = false;
};

}  // namespace device
}  // namespace tinyml
