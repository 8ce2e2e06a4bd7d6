// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace tinyml::kernels {

/// One spatial axis: output o reads the inputs o * stride - pad + f * dilation, f in [0, filter); what lies
/// outside the input is zero.
struct DepthwiseAxis {
  int64_t input = 1, output = 1, filter = 1, stride = 1, dilation = 1, pad = 0;
};

/// Input [samples, height, width, channels / multiplier], output [samples, height, width, channels],
/// weights [height, width, channels]. Output channel c reads input channel c / multiplier.
struct Depthwise {
  DepthwiseAxis height, width;
  int64_t channels = 1, multiplier = 1;
};

/// The floats of scratch that each of the calls below needs, on a 64-byte boundary.
int64_t depthwise_scratch(const Depthwise& shape);

/// output = clamp(input * weights + bias); bias may be null.
void depthwise_forward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                       const float* bias, float low, float high, float* output, float* scratch);

/// Overwrites input_gradient (null: not wanted), weight_gradient [height, width, channels] (null: not
/// wanted) and bias_gradient [channels] (null: not wanted) with the sums over these samples.
void depthwise_backward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                        const float* output_gradient, float* input_gradient, float* weight_gradient,
                        float* bias_gradient, float* scratch);

}  // namespace tinyml::kernels
