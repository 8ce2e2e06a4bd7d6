// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

struct LookupParams {
  int32_t count;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
  }
};

/// Any function of 8-bit elements: table [256] holds its values by the bits of the element.
template <class P, class Input, class Output>
void lookup(const P& p, const Input* input, const Output* table, Output* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = table[static_cast<uint8_t>(input[i])];
}

}  // namespace device
}  // namespace tinyml
