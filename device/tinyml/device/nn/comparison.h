// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

enum Comparison : int32_t { equal, not_equal, less, less_equal, greater, greater_equal };

template <class T>
inline bool holds(int32_t comparison, T a, T b) {
  switch (comparison) {
    case equal:
      return a == b;
    case not_equal:
      return a != b;
    case less:
      return a < b;
    case less_equal:
      return a <= b;
    case greater:
      return a > b;
    default:
      return a >= b;
  }
}

struct ComparisonParams : BroadcastParams {
  int32_t comparison;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    BroadcastParams::for_each(visit);
    visit("comparison", comparison);
  }
};

/// Of plain numbers, with broadcasting.
template <class P, class T>
void compare(const P& p, const T* a, const T* b, const int32_t* levels, bool* output) {
  broadcast(p, a, b, levels, output, [&p](T x, T y) { return holds(p.comparison, x, y); });
}

struct ScaledComparisonParams : ComparisonParams {
  int32_t a_zero_point, a_multiplier, a_shift;
  int32_t b_zero_point, b_multiplier, b_shift;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    ComparisonParams::for_each(visit);
    visit("a_zero_point", a_zero_point), visit("a_multiplier", a_multiplier), visit("a_shift", a_shift);
    visit("b_zero_point", b_zero_point), visit("b_multiplier", b_multiplier), visit("b_shift", b_shift);
  }
};

/// Of what int8 elements stand for, each 8 bits up and times its scale.
template <class P>
void compare_scaled(const P& p, const int8_t* a, const int8_t* b, const int32_t* levels, bool* output) {
  broadcast(p, a, b, levels, output, [&p](int8_t x, int8_t y) {
    const int32_t scaled_x =
        multiply_by_quantized_multiplier((x - p.a_zero_point) * (1 << 8), p.a_multiplier, p.a_shift);
    const int32_t scaled_y =
        multiply_by_quantized_multiplier((y - p.b_zero_point) * (1 << 8), p.b_multiplier, p.b_shift);
    return holds(p.comparison, scaled_x, scaled_y);
  });
}

}  // namespace device
}  // namespace tinyml
