// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/tensor.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// x * min(max(x + 3, 0), 6) / 6 on int8, in 16-bit fixed point as TensorFlow Lite computes it.
class HardSwish {
 public:
  /// Errors: unsupported, for an output scale that is much smaller than the input's.
  HardSwish(const Quantization& input, const Quantization& output);
  int32_t operator()(int32_t value) const;

 private:
  int32_t input_zero_point_, output_zero_point_;
  Multiplier to_output_, to_ramp_;  // of 16 bits
};

}  // namespace tinyml::ops
