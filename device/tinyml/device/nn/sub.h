// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/add.h"

namespace tinyml {
namespace device {

/// a - b, with the parameters of `add`.
template <class P, class T>
inline T difference(const P& p, T a, T b) {
  const int32_t scaled_a = on_common_scale(a, p.a_zero_point, p.a_multiplier, p.a_shift);
  const int32_t scaled_b = on_common_scale(b, p.b_zero_point, p.b_multiplier, p.b_shift);
  return requantize<T>(p, scaled_a - scaled_b, p.output_multiplier, p.output_shift);
}

/// Elementwise a - b of one shape.
template <class P, class T>
void sub(const P& p, const T* a, const T* b, T* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = difference(p, a[i], b[i]);
}

/// The same with broadcasting.
template <class P, class T>
void broadcast_sub(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  broadcast(p, a, b, levels, output, [&p](T x, T y) { return difference(p, x, y); });
}

}  // namespace device
}  // namespace tinyml
