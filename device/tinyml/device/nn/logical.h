// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"

namespace tinyml {
namespace device {

/// Both, with broadcasting.
template <class P>
void logical_and(const P& p, const bool* a, const bool* b, const int32_t* levels, bool* output) {
  broadcast(p, a, b, levels, output, [](bool x, bool y) { return x && y; });
}

/// One or both, with broadcasting.
template <class P>
void logical_or(const P& p, const bool* a, const bool* b, const int32_t* levels, bool* output) {
  broadcast(p, a, b, levels, output, [](bool x, bool y) { return x || y; });
}

struct LogicalNotParams {
  int32_t count;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
  }
};

template <class P>
void logical_not(const P& p, const bool* input, bool* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = !input[i];
}

}  // namespace device
}  // namespace tinyml
