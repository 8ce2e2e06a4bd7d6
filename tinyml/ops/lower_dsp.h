// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tinyml/ops/lower_convolution.h"
#include "tinyml/ops/lower_dense.h"

namespace tinyml::ops {

/// Whether a core has the Armv7E-M DSP instructions.
bool has_dsp(Core core);

// The calls of the DSP kernels; nothing where their guards (see requantize_dsp.h and conv_2d_dsp.h) do not
// hold and the portable kernel must serve. The input's zero point is already folded into the bias.
std::optional<KernelCall> dsp_convolution(const Convolution& convolution);
std::optional<KernelCall> dsp_depthwise(const Convolution& convolution);
std::optional<KernelCall> dsp_dense(const Dense& dense);
/// The rounding constant of dsp::requantize for a multiplier.
std::optional<int32_t> dsp_rounding(const Multiplier& multiplier, int32_t output_zero_point);

}  // namespace tinyml::ops
