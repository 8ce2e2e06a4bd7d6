// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/quantize/rules.h"

namespace tinyml::quantize {

/// float32 weights as symmetric int8 in [-127, 127], a scale for every extent of `axis` or (`channels` false)
/// one. `bias` may be null; for int8 layers a channel whose weights are small beside its bias gets a scale
/// that keeps the bias well inside int32.
Tensor quantize_weights(const Tensor& weights, const Tensor* bias, float input_scale, int axis, bool channels,
                        Scheme scheme = Scheme::int8);

/// The bias [count], zeros where it is null, on the scales input * weights: int32, or int64 for int16x8.
Tensor quantize_bias(const Tensor* bias, const std::string& name, int32_t count, float input_scale,
                     const Quantization& weights, Scheme scheme = Scheme::int8);

/// A float32 constant on one scale, in the activations' type.
Tensor quantize_constant(const Tensor& constant, const Quantization& quantization, Scheme scheme);

}  // namespace tinyml::quantize
