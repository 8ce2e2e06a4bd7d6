// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// A number in another type: floats to integers towards 0 and held inside the type's range (NaN is 0), wider
/// integers by their lowest bits, anything but 0 to true.
template <class Output>
struct CastTo {
  template <class Input>
  static Output of(Input value) {
    return static_cast<Output>(value);
  }
  static Output of(float value) {
    constexpr bool is_signed = static_cast<Output>(-1) < static_cast<Output>(0);
    constexpr int bits = 8 * static_cast<int>(sizeof(Output)) - (is_signed ? 1 : 0);
    constexpr uint64_t largest = bits == 64 ? UINT64_MAX : (UINT64_C(1) << (bits & 63)) - 1;
    const float bound = static_cast<float>(UINT64_C(1) << (bits - 1)) * 2;  // the first number beyond
    if (value >= bound) return static_cast<Output>(largest);
    if (value > (is_signed ? -bound : 0)) return static_cast<Output>(value);
    return value <= 0 && is_signed ? static_cast<Output>(0 - largest - 1) : static_cast<Output>(0);
  }
};

template <>
struct CastTo<bool> {
  template <class Input>
  static bool of(Input value) {
    return value != 0;
  }
};

template <>
struct CastTo<float> {
  template <class Input>
  static float of(Input value) {
    return static_cast<float>(value);
  }
};

struct CastParams {
  int32_t count;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
  }
};

template <class P, class Input, class Output>
void cast(const P& p, const Input* input, Output* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = CastTo<Output>::of(input[i]);
}

}  // namespace device
}  // namespace tinyml
