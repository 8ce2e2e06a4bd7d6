// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

/// What `concatenation` and `split` need; for_each lists the numbers.
struct PartsParams {
  int32_t rows;   // how often the parts take turns: the extents before the axis
  int32_t parts;  // how many tensors are joined or cut

  template <class F>
  void for_each(F f) const {
    f("rows", rows);
    f("parts", parts);
  }
};

/// Joins tensors along an axis. `row_bytes` holds the bytes that each gives to a row.
template <class P>
void concatenation(const P& p, const void* const* inputs, const int32_t* row_bytes, void* output) {
  uint8_t* to = static_cast<uint8_t*>(output);
  for (int32_t row = 0; row < p.rows; ++row) {
    for (int32_t part = 0; part < p.parts; ++part) {
      const int32_t bytes = row_bytes[part];
      memcpy(to, static_cast<const uint8_t*>(inputs[part]) + row * bytes, static_cast<size_t>(bytes));
      to += bytes;
    }
  }
}

/// Cuts a tensor along an axis, the inverse of `concatenation`.
template <class P>
void split(const P& p, const void* input, const int32_t* row_bytes, void* const* outputs) {
  const uint8_t* from = static_cast<const uint8_t*>(input);
  for (int32_t row = 0; row < p.rows; ++row) {
    for (int32_t part = 0; part < p.parts; ++part) {
      const int32_t bytes = row_bytes[part];
      memcpy(static_cast<uint8_t*>(outputs[part]) + row * bytes, from, static_cast<size_t>(bytes));
      from += bytes;
    }
  }
}

}  // namespace device
}  // namespace tinyml
