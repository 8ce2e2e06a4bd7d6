// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_dense.h"

#include "tinyml/device/nn/fully_connected.h"
#include "tinyml/ops/lower_dsp.h"

namespace tinyml::ops {

KernelCall lower_dense(const Dense& d, const Target& target) {
  if (has_dsp(target.core)) {
    if (auto call = dsp_dense(d)) return *std::move(call);
  }
  device::FullyConnectedParams p{};
  p.rows = d.rows;
  p.inputs = d.inputs;
  p.outputs = d.outputs;
  p.requantization_stride = d.multipliers.size() == 1 ? 0 : 2;
  p.output_zero_point = d.output_zero_point;
  p.activation_min = d.range.min;
  p.activation_max = d.range.max;
  return make_call<1, int8_t, int32_t, int32_t>(
      "fully_connected.h", "fully_connected", p,
      {make_table("weights", d.weights), make_table("bias", d.bias),
       make_table("requantization", requantization_pairs(d.multipliers))},
      0, -1, TINYML_KERNEL(fully_connected));
}

}  // namespace tinyml::ops
