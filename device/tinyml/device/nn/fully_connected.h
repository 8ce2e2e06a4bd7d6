// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct FullyConnectedParams {
  int32_t rows, inputs, outputs;
  int32_t requantization_stride;  // 2: {multiplier, shift} an output; 0: one for all
  int32_t output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("rows", rows), visit("inputs", inputs), visit("outputs", outputs);
    visit("requantization_stride", requantization_stride), visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// input [rows, inputs], weights [outputs, inputs], bias [outputs] with the input's zero point folded in,
/// output [rows, outputs]. T is int8_t or int16_t, Sum holds the sums.
template <class P, class T, class Sum, class Requantization>
void fully_connected(const P& p, const T* input, const int8_t* weights, const Sum* bias,
                     const Requantization* requantization, T* output) {
  for (int32_t row = 0; row < p.rows; ++row, input += p.inputs) {
    const int8_t* w = weights;
    const Requantization* r = requantization;
    int32_t o = 0;
    for (; o + 1 < p.outputs; o += 2, w += 2 * p.inputs) {
      Sum sum0 = bias[o], sum1 = bias[o + 1];
#pragma GCC unroll 4
      for (int32_t k = 0; k < p.inputs; ++k) {
        const int32_t x = input[k];
        sum0 += x * w[k];
        sum1 += x * w[p.inputs + k];
      }
      *output++ = requantize<T>(p, sum0, r);
      r += p.requantization_stride;
      *output++ = requantize<T>(p, sum1, r);
      r += p.requantization_stride;
    }
    if (o < p.outputs) {
      Sum sum = bias[o];
      for (int32_t k = 0; k < p.inputs; ++k) sum += input[k] * w[k];
      *output++ = requantize<T>(p, sum, r);
    }
  }
}

}  // namespace device
}  // namespace tinyml
