// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/softmax.h"

namespace tinyml {
namespace device {

struct SoftmaxInt16Params {
  int32_t rows, classes;
  int32_t multiplier, shift;  // of differences, to steps of 10 / 65535

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("rows", rows), visit("classes", classes), visit("multiplier", multiplier), visit("shift", shift);
  }
};

namespace detail {

/// Between the entries of a table [513] over the range of int16.
inline int32_t interpolate(const int16_t* table, int32_t value) {
  const int16_t* entry = table + 256 + (value >> 7);
  return entry[0] + (((entry[1] - entry[0]) * (value & 127) + 64) >> 7);
}

}  // namespace detail

/// input [rows, classes], tables [513] of exp on [-10, 0] and of 1 / (1 + x) on [0, 1], output [rows,
/// classes] with scale 1/32768.
template <class P>
void softmax_int16(const P& p, const int16_t* input, const int16_t* exponentials, const int16_t* reciprocals,
                   int16_t* output) {
  for (int32_t row = 0; row < p.rows; ++row) {
    int32_t largest = -32768;
    for (int32_t c = 0; c < p.classes; ++c) {
      if (input[c] > largest) largest = input[c];
    }
    int32_t sum = 0;
    for (int32_t c = 0; c < p.classes; ++c) {
      const int32_t scaled = multiply_by_quantized_multiplier(input[c] - largest, p.multiplier, p.shift);
      const int32_t power = detail::interpolate(exponentials, clamp(scaled, -65535, 0) + 32767);
      output[c] = static_cast<int16_t>(power);
      sum += power;
    }
    const int32_t zeros = detail::leading_zeros(static_cast<uint32_t>(sum));
    const int32_t rounded =
        static_cast<int32_t>(((static_cast<int64_t>(sum) << (zeros - 1)) + (1 << 13)) >> 14);
    const int32_t scale =
        detail::interpolate(reciprocals, clamp(rounded - (1 << 15) - (1 << 16), -32768, 32767));
    const int32_t shift = 31 - zeros;
    for (int32_t c = 0; c < p.classes; ++c) {
      output[c] = static_cast<int16_t>(clamp((output[c] * scale + (1 << (shift - 1))) >> shift, 0, 32767));
    }
    input += p.classes;
    output += p.classes;
  }
}

}  // namespace device
}  // namespace tinyml
