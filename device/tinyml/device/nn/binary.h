// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/add.h"
#include "tinyml/device/nn/softmax.h"

namespace tinyml {
namespace device {

struct DivParams : BroadcastParams {
  int32_t a_zero_point, b_zero_point;
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    BroadcastParams::for_each(visit);
    visit("a_zero_point", a_zero_point), visit("b_zero_point", b_zero_point);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// a / b with broadcasting. By 0: the end of the output's range on the side of a.
template <class P>
void div(const P& p, const int8_t* a, const int8_t* b, const int32_t* levels, int8_t* output) {
  broadcast(p, a, b, levels, output, [&p](int8_t x, int8_t y) {
    int32_t dividend = x - p.a_zero_point, divisor = y - p.b_zero_point;
    if (divisor < 0) dividend = -dividend, divisor = -divisor;
    int32_t quotient = dividend == 0 ? 0 : dividend < 0 ? -(1 << 20) : 1 << 20;
    if (dividend != 0 && divisor != 0) {
      int32_t zeros = 0;
      const int32_t inverse = detail::reciprocal(divisor, zeros);
      const uint32_t magnitude = static_cast<uint32_t>(dividend < 0 ? ~dividend : dividend);
      const int32_t headroom = detail::leading_zeros(magnitude) - 1;
      const int32_t shift = 31 - zeros + headroom - p.output_shift;  // 0 or more: output_shift is at most 22
      const uint32_t shifted = static_cast<uint32_t>(dividend) << headroom;
      quotient = rounding_doubling_high_multiply(static_cast<int32_t>(shifted), inverse);
      quotient = rounding_doubling_high_multiply(quotient, p.output_multiplier);
      quotient = shift > 31 ? 0 : rounding_divide_by_power_of_two(quotient, shift);
    }
    return static_cast<int8_t>(clamp(quotient + p.output_zero_point, p.activation_min, p.activation_max));
  });
}

/// (a - b)^2 with broadcasting: both on a common scale, 7 bits up (int16: none). The parameters of `add`.
template <class P, class T>
void squared_difference(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  constexpr int32_t up = sizeof(T) == 1 ? 7 : 0;
  broadcast(p, a, b, levels, output, [&p](T x, T y) {
    const int32_t scaled_a =
        multiply_by_quantized_multiplier((x - p.a_zero_point) * (1 << up), p.a_multiplier, p.a_shift);
    const int32_t scaled_b =
        multiply_by_quantized_multiplier((y - p.b_zero_point) * (1 << up), p.b_multiplier, p.b_shift);
    const int32_t difference = scaled_a - scaled_b;
    return requantize<T>(p, difference * difference, p.output_multiplier, p.output_shift);
  });
}

}  // namespace device
}  // namespace tinyml
