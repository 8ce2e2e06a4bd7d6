// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// Turns a stream of best labels into events: a label is reported once when it is the best with at least
/// `report_percent`, and again only after it was not the best or fell below `release_percent`.
class LabelChange {
 public:
  LabelChange(int32_t report_percent, int32_t release_percent)
      : report_percent_(report_percent), release_percent_(release_percent) {}

  /// True when `label` is news.
  bool update(int32_t label, int32_t percent) {
    if (label == current_ && percent >= release_percent_) return false;
    current_ = none;
    if (percent < report_percent_) return false;
    current_ = label;
    return true;
  }

 private:
  enum : int32_t { none = -1 };
  int32_t report_percent_, release_percent_;
  int32_t current_ = none;
};

}  // namespace device
}  // namespace tinyml
