// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// The calibrated score of a net that tells how unusual its input is: a table of 256 entries maps the net's
/// int8 answer to [0, 255] (255 is 1.0), and the mean of the newest `windows` entries is held to a threshold
/// of the same unit. Answers count from the `first`-th hop on, when a whole window has been seen. Integer
/// only: the same on every machine.
template <int32_t windows, int32_t first = 1>
class AnomalyScore {
  static_assert(windows > 0 && first > 0, "at least one answer");

 public:
  void reset() { sum_ = next_ = count_ = hops_ = 0; }

  /// Takes note of a hop. Whether the window is full, and the net to be run.
  bool hop() {
    if (hops_ < first) ++hops_;
    return hops_ == first;
  }

  /// `table`: of 256 entries, for the answers from -128 up.
  void add(int8_t answer, const uint8_t* table) {
    answer_ = answer;
    const uint8_t value = table[static_cast<int32_t>(answer) + 128];
    if (count_ == windows) {
      sum_ -= history_[next_];
    } else {
      ++count_;
    }
    sum_ += value;
    history_[next_] = value;
    next_ = next_ + 1 == windows ? 0 : next_ + 1;
  }

  /// Of the newest window.
  int8_t answer() const { return answer_; }
  /// Of the answers so far, at most `windows`; the mean score is sum() / (255 * count()).
  int32_t sum() const { return sum_; }
  int32_t count() const { return count_; }
  /// `threshold`: of 255.
  bool anomalous(int32_t threshold) const { return count_ > 0 && sum_ >= threshold * count_; }

 private:
  uint8_t history_[windows] = {};
  int32_t sum_ = 0, next_ = 0, count_ = 0, hops_ = 0;
  int8_t answer_ = 0;
};

}  // namespace device
}  // namespace tinyml
