// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// The mean of the newest `window` score vectors. Scores are the int8 output of a softmax: probability
/// (score + 128) / 256.
template <int32_t labels, int32_t window>
class ScoreSmoother {
  static_assert(labels > 0 && window > 0, "at least one label and one result");

 public:
  void reset() { *this = ScoreSmoother(); }

  void add(const int8_t* scores) {
    for (int32_t label = 0; label < labels; ++label) {
      sums_[label] += scores[label] - history_[next_][label];
      history_[next_][label] = scores[label];
    }
    next_ = next_ + 1 == window ? 0 : next_ + 1;
    if (count_ < window) ++count_;
  }

  /// True once `window` results are in.
  bool full() const { return count_ == window; }

  /// The label with the highest mean, the first among equals.
  int32_t best() const {
    int32_t best = 0;
    for (int32_t label = 1; label < labels; ++label) {
      if (sums_[label] > sums_[best]) best = label;
    }
    return best;
  }

  /// The label's mean probability in percent, rounded; 0 before the first result.
  int32_t percent(int32_t label) const {
    if (count_ == 0) return 0;
    return ((sums_[label] + 128 * count_) * 100 + 128 * count_) / (256 * count_);
  }

 private:
  int8_t history_[window][labels] = {};
  int32_t sums_[labels] = {};
  int32_t next_ = 0, count_ = 0;
};

}  // namespace device
}  // namespace tinyml
