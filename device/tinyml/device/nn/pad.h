// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/strided_copy.h"

namespace tinyml {
namespace device {

/// A copy into an output of `size` elements.
struct PadParams : StridedCopyParams {
  int32_t size;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    StridedCopyParams::for_each(visit);
    visit("size", size);
  }
};

/// Fills the output with the element whose bytes are `value` and copies the input into it.
template <class P, class T>
void pad(const P& p, const T* input, const uint8_t* value, T* output) {
  T element;
  memcpy(&element, value, sizeof element);
  fill_elements(output, element, p.size);
  strided_copy(p, input, output);
}

}  // namespace device
}  // namespace tinyml
