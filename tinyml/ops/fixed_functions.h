// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tinyml/graph/tensor.h"
#include "tinyml/ops/lowering.h"

// Functions in fixed point as gemmlowp and TensorFlow Lite Micro compute them, for tables made on the host.
namespace tinyml::ops {

/// exp(a / 2^(31 - integer_bits)) for a <= 0 and integer_bits up to 5, in 31 fraction bits.
int32_t exp_on_negative_values(int32_t a, int integer_bits);

/// 1 / (1 + exp(-a / 2^27)) in 31 fraction bits.
int32_t fixed_logistic(int32_t a);

/// tanh(a / 2^27) in 31 fraction bits.
int32_t fixed_tanh(int32_t a);

/// 1 / sqrt(x) for x > 0.
Multiplier inverse_square_root(int32_t x);

/// The exponentials of -difference * scale * beta, for difference = 0, 1, …, up to where they count as zero,
/// in 31 fraction bits; and what brings a difference to 26 of them. Errors: unsupported.
std::vector<int32_t> softmax_exponentials(double beta, double scale);
Multiplier softmax_multiplier(double beta, double scale);

/// A function on the range of int16 on the scale of `input` in 513 steps, on the scale of `output`, each
/// raised by half of what linear interpolation lacks in the middle.
std::vector<int16_t> int16_table(float input_scale, int32_t input_zero_point, float output_scale,
                                 float (*function)(float));

}  // namespace tinyml::ops
