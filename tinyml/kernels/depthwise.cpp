// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/depthwise.h"

#include <algorithm>
#include <cstring>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

#include "tinyml/kernels/depthwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

void depthwise_forward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                       const float* bias, float low, float high, float* output, float* scratch) {
  const DepthwisePlan p(shape);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.extent(), area = p.outer.extent() * row;
  float* buffer = scratch;
  float* packed = buffer + area * lanes;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  std::memset(buffer, 0, static_cast<size_t>(area * lanes) * sizeof(float));
  for_groups(p, [&](Group g, int64_t index)
                    HWY_ATTR { pack_weights(p, g, weights, false, packed + index * p.taps * lanes); });
  for (int64_t n = 0; n < samples; ++n) {
    for_groups(p, [&](Group g, int64_t index) HWY_ATTR {
      const bool tail = static_cast<int64_t>(g.count) < lanes;
      const Vector start = bias ? load_first(d, bias + g.first, g.count) : hn::Zero(d);
      const Slide s{packed + index * p.taps * lanes, p.outer.filter,           p.inner.filter,
                    p.outer.dilation * row * lanes,  p.inner.dilation * lanes, p.inner.stride * lanes};
      fill_input(p, g, input + n * p.input_sample, buffer);
      for (int64_t o = 0; o < p.outer.output; ++o) {
        const float* window = buffer + o * p.outer.stride * row * lanes;
        float* to = output + n * p.output_sample + o * p.outer.output_step + g.first;
        for_runs(p.inner.output, [&](int64_t begin, int count) HWY_ATTR {
          slide<8>(count, s, window + begin * s.step, start, [&](int i, Vector sum) HWY_ATTR {
            float* at = to + (begin + i) * p.inner.output_step;
            const Vector value = clamp(sum, low_v, high_v);
            tail ? store_first(value, d, at, g.count) : hn::StoreU(value, d, at);
          });
        });
      }
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(depthwise_forward);

int64_t depthwise_scratch(const Depthwise& shape) {
  constexpr int64_t kMostLanes = 16;
  const DepthwisePlan p(shape);
  return kMostLanes *
             (p.outer.extent() * p.inner.extent() + p.outer.gradient_extent() * p.inner.gradient_extent()) +
         (p.channels + kMostLanes) * (2 * p.taps + 1);
}

void depthwise_forward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                       const float* bias, float low, float high, float* output, float* scratch) {
  HWY_DYNAMIC_DISPATCH(depthwise_forward)
  (shape, samples, input, weights, bias, low, high, output, scratch);
}

}  // namespace tinyml::kernels
#endif
