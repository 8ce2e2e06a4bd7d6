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
/// output [rows, outputs].
template <class P>
void fully_connected(const P& p, const int8_t* input, const int8_t* weights, const int32_t* bias,
                     const int32_t* requantization, int8_t* output) {
  for (int32_t row = 0; row < p.rows; ++row, input += p.inputs) {
    const int8_t* w = weights;
    const int32_t* r = requantization;
    int32_t o = 0;
    for (; o + 1 < p.outputs; o += 2, w += 2 * p.inputs) {
      int32_t sum0 = bias[o], sum1 = bias[o + 1];
#pragma GCC unroll 4
      for (int32_t k = 0; k < p.inputs; ++k) {
        const int32_t x = input[k];
        sum0 += x * w[k];
        sum1 += x * w[p.inputs + k];
      }
      *output++ = requantize(p, sum0, r[0], r[1]);
      r += p.requantization_stride;
      *output++ = requantize(p, sum1, r[0], r[1]);
      r += p.requantization_stride;
    }
    if (o < p.outputs) {
      int32_t sum = bias[o];
      for (int32_t k = 0; k < p.inputs; ++k) sum += input[k] * w[k];
      *output++ = requantize(p, sum, r[0], r[1]);
    }
  }
}

}  // namespace device
}  // namespace tinyml
