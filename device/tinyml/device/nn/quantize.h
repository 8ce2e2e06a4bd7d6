// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct QuantizeParams {
  int32_t count;
  int32_t zero_point, min, max;  // of the output

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count), visit("zero_point", zero_point), visit("min", min), visit("max", max);
  }
};

/// The number of steps of `scale` in `value` that p can hold, in whole steps and the rest.
struct Steps {
  int32_t whole;
  float rest;
};
template <class P>
inline Steps steps_of(const P& p, float value, float scale) {
  const float low = static_cast<float>(p.min - p.zero_point), high = static_cast<float>(p.max - p.zero_point);
  float steps = value / scale;
  if (!(steps > low)) steps = low;
  if (steps > high) steps = high;
  const int32_t whole = static_cast<int32_t>(steps);
  return {whole, steps - static_cast<float>(whole)};
}

/// round(input / scale[0]) + zero point, halves away from zero. NaN becomes the smallest number.
template <class P, class T>
void quantize(const P& p, const float* input, const float* scale, T* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    const Steps steps = steps_of(p, input[i], scale[0]);
    const int32_t further = steps.rest >= 0.5f ? 1 : steps.rest <= -0.5f ? -1 : 0;
    output[i] = static_cast<T>(steps.whole + further + p.zero_point);
  }
}

/// The same, halves to even.
template <class P, class T>
void quantize_to_even(const P& p, const float* input, const float* scale, T* output) {
  for (int32_t i = 0; i < p.count; ++i) {
    const Steps steps = steps_of(p, input[i], scale[0]);
    const bool odd = (steps.whole & 1) != 0;
    const int32_t further = steps.rest > 0.5f || (odd && steps.rest == 0.5f)     ? 1
                            : steps.rest < -0.5f || (odd && steps.rest == -0.5f) ? -1
                                                                                 : 0;
    output[i] = static_cast<T>(steps.whole + further + p.zero_point);
  }
}

struct RequantizeParams {
  int32_t count;
  int32_t input_zero_point, multiplier, shift;
  int32_t zero_point, min, max;  // of the output

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count), visit("input_zero_point", input_zero_point);
    visit("multiplier", multiplier), visit("shift", shift);
    visit("zero_point", zero_point), visit("min", min), visit("max", max);
  }
};

/// An integer on another scale.
template <class P>
inline int32_t on_other_scale(const P& p, int32_t value) {
  const uint32_t steps = static_cast<uint32_t>(value) - static_cast<uint32_t>(p.input_zero_point);
  const int32_t scaled = multiply_by_quantized_multiplier(static_cast<int32_t>(steps), p.multiplier, p.shift);
  const uint32_t moved = static_cast<uint32_t>(scaled) + static_cast<uint32_t>(p.zero_point);
  return clamp(static_cast<int32_t>(moved), p.min, p.max);
}

template <class P, class Input, class Output>
void requantize_all(const P& p, const Input* input, Output* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = static_cast<Output>(on_other_scale(p, input[i]));
}

struct DequantizeParams {
  int32_t count, zero_point;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("count", count), visit("zero_point", zero_point);
  }
};

/// scale[0] * (input - zero point).
template <class P, class T>
void dequantize(const P& p, const T* input, const float* scale, float* output) {
  for (int32_t i = 0; i < p.count; ++i) output[i] = scale[0] * static_cast<float>(input[i] - p.zero_point);
}

}  // namespace device
}  // namespace tinyml
