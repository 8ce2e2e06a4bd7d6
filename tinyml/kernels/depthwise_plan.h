// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "tinyml/kernels/depthwise.h"

namespace tinyml::kernels {

// The kernels work on one vector of channels of one sample at a time, copied with its padding into a buffer
// [outer][inner][lanes] that fits the first-level cache: taps then need neither bounds nor channel tails.
struct DepthwisePlanAxis : DepthwiseAxis {
  int64_t input_step = 0, output_step = 0, weight_step = 0;  // elements between neighbours
  int64_t extent() const { return (output - 1) * stride + (filter - 1) * dilation + 1; }
  // The buffer of output gradients, spread by the stride, that input gradients slide over.
  int64_t gradient_lead() const { return (filter - 1) * dilation - pad; }
  int64_t gradient_extent() const { return input + (filter - 1) * dilation; }
};

struct DepthwisePlan {
  DepthwisePlanAxis outer, inner;
  int64_t channels, multiplier, taps;
  int64_t input_sample, output_sample;

  explicit DepthwisePlan(const Depthwise& s) : channels(s.channels), multiplier(s.multiplier) {
    const int64_t in = s.channels / s.multiplier;
    outer = {s.height, s.width.input * in, s.width.output * s.channels, s.width.filter * s.channels};
    inner = {s.width, in, s.channels, s.channels};
    taps = outer.filter * inner.filter;
    input_sample = s.height.input * outer.input_step;
    output_sample = s.height.output * outer.output_step;
    // The inner axis is the one that long runs of outputs and taps lie on.
    if (outer.filter > inner.filter || (outer.filter == inner.filter && outer.output > inner.output)) {
      std::swap(outer, inner);
    }
  }
};

}  // namespace tinyml::kernels
