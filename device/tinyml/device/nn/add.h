// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct AddParams {
  int32_t count;
  int32_t a_zero_point, a_multiplier, a_shift;
  int32_t b_zero_point, b_multiplier, b_shift;
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
    visit("a_zero_point", a_zero_point), visit("a_multiplier", a_multiplier), visit("a_shift", a_shift);
    visit("b_zero_point", b_zero_point), visit("b_multiplier", b_multiplier), visit("b_shift", b_shift);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// An input of `add`, `sub` and their like, 20 bits up (int16: 15), on the scale common to both.
template <class T>
inline int32_t on_common_scale(T value, int32_t zero_point, int32_t multiplier, int32_t shift) {
  constexpr int32_t up = sizeof(T) == 1 ? 20 : 15;
  return multiply_by_quantized_multiplier((value - zero_point) * (1 << up), multiplier, shift);
}

/// a + b: both on a common scale, then on the output's. Shifts are <= 0.
template <class P, class T>
inline T sum(const P& p, T a, T b) {
  const int32_t scaled_a = on_common_scale(a, p.a_zero_point, p.a_multiplier, p.a_shift);
  const int32_t scaled_b = on_common_scale(b, p.b_zero_point, p.b_multiplier, p.b_shift);
  return requantize<T>(p, scaled_a + scaled_b, p.output_multiplier, p.output_shift);
}

/// Elementwise a + b of one shape.
template <class P, class T>
void add(const P& p, const T* a, const T* b, T* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = sum(p, a[i], b[i]);
}

/// The same with broadcasting.
template <class P, class T>
void broadcast_add(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  broadcast(p, a, b, levels, output, [&p](T x, T y) { return sum(p, x, y); });
}

}  // namespace device
}  // namespace tinyml
