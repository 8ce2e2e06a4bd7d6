// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace tinyml::ops
