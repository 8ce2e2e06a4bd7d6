// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/fully_connected.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// A quantized fully connected layer, checked, before a kernel is chosen.
struct Dense {
  int32_t rows = 1, inputs = 0, outputs = 0;
  std::vector<int8_t> weights;          // [outputs, inputs]
  std::vector<int32_t> bias;            // the input's zero point is folded in
  std::vector<Multiplier> multipliers;  // one, or one an output
  int32_t output_zero_point = 0;
  ActivationRange range;
};

KernelCall lower_dense(const Dense& dense, const Target& target);

/// The call of the portable kernel on T with sums and pairs of these types.
template <class T, class Sum, class Requantization>
KernelCall dense_call(const Dense& d, const std::vector<Sum>& bias,
                      const std::vector<Requantization>& pairs) {
  device::FullyConnectedParams p{};
  p.rows = d.rows;
  p.inputs = d.inputs;
  p.outputs = d.outputs;
  p.requantization_stride = d.multipliers.size() == 1 ? 0 : 2;
  p.output_zero_point = d.output_zero_point;
  p.activation_min = d.range.min;
  p.activation_max = d.range.max;
  return make_typed_call<T>(
      Types<T>{}, Types<int8_t, Sum, Requantization>{}, "fully_connected.h", "fully_connected", p,
      {make_table("weights", d.weights), make_table("bias", bias), make_table("requantization", pairs)}, 0,
      -1, TINYML_KERNEL(fully_connected));
}

}  // namespace tinyml::ops
