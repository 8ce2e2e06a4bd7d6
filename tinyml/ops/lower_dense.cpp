// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_dense.h"

#include "tinyml/ops/lower_dsp.h"

namespace tinyml::ops {

KernelCall lower_dense(const Dense& d, const Target& target) {
  if (has_dsp(target.core)) {
    if (auto call = dsp_dense(d)) return *std::move(call);
  }
  return dense_call<int8_t>(d, d.bias, requantization_pairs(d.multipliers));
}

}  // namespace tinyml::ops
