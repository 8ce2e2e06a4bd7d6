// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

struct CopyParams {
  int32_t bytes;

  template <class F>
  void for_each(F f) const {
    f("bytes", bytes);
  }
};

/// Copies a tensor that keeps its shape.
template <class P>
void copy(const P& p, const void* input, void* output) {
  memcpy(output, input, static_cast<size_t>(p.bytes));
}

}  // namespace device
}  // namespace tinyml
