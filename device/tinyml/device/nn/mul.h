// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct MulParams {
  int32_t count;
  int32_t a_zero_point, b_zero_point;
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count);
    visit("a_zero_point", a_zero_point), visit("b_zero_point", b_zero_point);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

template <class P, class T>
inline T product(const P& p, T a, T b) {
  const int32_t exact = (a - p.a_zero_point) * (b - p.b_zero_point);
  return requantize<T>(p, exact, p.output_multiplier, p.output_shift);
}

/// Elementwise a * b of one shape.
template <class P, class T>
void mul(const P& p, const T* a, const T* b, T* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = product(p, a[i], b[i]);
}

/// The same with broadcasting.
template <class P, class T>
void broadcast_mul(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  broadcast(p, a, b, levels, output, [&p](T x, T y) { return product(p, x, y); });
}

}  // namespace device
}  // namespace tinyml
