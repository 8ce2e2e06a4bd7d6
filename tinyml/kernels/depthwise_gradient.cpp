// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/depthwise.h"

#include <algorithm>
#include <cstring>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/depthwise_gradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

#include "tinyml/kernels/depthwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

template <bool kTail>
void fill_gradient(const DepthwisePlan& p, Group g, const float* gradient, float* buffer) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.gradient_extent();
  for (int64_t o = 0; o < p.outer.output; ++o) {
    const float* from = gradient + o * p.outer.output_step + g.first;
    float* to =
        buffer + ((o * p.outer.stride + p.outer.gradient_lead()) * row + p.inner.gradient_lead()) * lanes;
    for (int64_t i = 0; i < p.inner.output; ++i, from += p.inner.output_step, to += p.inner.stride * lanes) {
      hn::Store(load_part<kTail>(d, from, g.count), d, to);
    }
  }
}

// Adds the gradients of kO x kI neighbouring taps over a whole sample.
template <int kO, int kI>
HWY_NOINLINE void add_tap_gradients(const DepthwisePlan& p, const float* window, const float* gradient,
                                    float* sums) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.extent() * lanes, gradient_row = p.inner.gradient_extent() * lanes;
  const int64_t outer_tap = p.outer.dilation * row, inner_tap = p.inner.dilation * lanes;
  const int64_t step = p.inner.stride * lanes;
  Vector sum[kO][kI];
#pragma GCC unroll 3
  for (int o = 0; o < kO; ++o) {
#pragma GCC unroll 9
    for (int i = 0; i < kI; ++i) sum[o][i] = hn::Load(d, sums + (o * p.inner.filter + i) * lanes);
  }
  for (int64_t y = 0; y < p.outer.output; ++y) {
    const float* at = window + y * p.outer.stride * row;
    const float* from = gradient + y * p.outer.stride * gradient_row;
    for (int64_t x = 0; x < p.inner.output; ++x, at += step, from += step) {
      const Vector g = hn::Load(d, from);
#pragma GCC unroll 3
      for (int o = 0; o < kO; ++o) {
#pragma GCC unroll 9
        for (int i = 0; i < kI; ++i) {
          sum[o][i] = hn::MulAdd(g, hn::Load(d, at + o * outer_tap + i * inner_tap), sum[o][i]);
        }
      }
    }
  }
#pragma GCC unroll 3
  for (int o = 0; o < kO; ++o) {
#pragma GCC unroll 9
    for (int i = 0; i < kI; ++i) hn::Store(sum[o][i], d, sums + (o * p.inner.filter + i) * lanes);
  }
}

template <int kI>
void add_tap_row(const DepthwisePlan& p, int taps, const float* window, const float* gradient, float* sums) {
  if constexpr (kI > 1) {
    if (taps < kI) return add_tap_row<kI - 1>(p, taps, window, gradient, sums);
  }
  add_tap_gradients<1, kI>(p, window, gradient, sums);
}

void add_weight_gradients(const DepthwisePlan& p, const float* buffer, const float* gradient, float* sums) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  if (p.outer.filter == 3 && p.inner.filter == 3) {
    return add_tap_gradients<3, 3>(p, buffer, gradient, sums);
  }
  for (int64_t o = 0; o < p.outer.filter; ++o) {
    const float* window = buffer + o * p.outer.dilation * p.inner.extent() * lanes;
    const int64_t parts = (p.inner.filter + 8) / 9;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t i = p.inner.filter * part / parts, end = p.inner.filter * (part + 1) / parts;
      add_tap_row<9>(p, static_cast<int>(end - i), window + i * p.inner.dilation * lanes, gradient,
                     sums + (o * p.inner.filter + i) * lanes);
    }
  }
}

Vector add_bias_gradient(const DepthwisePlan& p, const float* gradient, Vector sum) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t o = 0; o < p.outer.output; ++o) {
    const float* from = gradient + o * p.outer.stride * p.inner.gradient_extent() * lanes;
    for (int64_t i = 0; i < p.inner.output; ++i) {
      sum = hn::Add(sum, hn::Load(d, from + i * p.inner.stride * lanes));
    }
  }
  return sum;
}

void add_input_gradients(const DepthwisePlan& p, Group g, const Slide& s, const float* buffer, float* to) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const bool tail = static_cast<int64_t>(g.count) < lanes;
  const int64_t row = p.inner.gradient_extent() * lanes;
  for (int64_t o = 0; o < p.outer.input; ++o) {
    for_runs(p.inner.input, [&](int64_t begin, int count) HWY_ATTR {
      slide<8>(count, s, buffer + o * row + begin * lanes, hn::Zero(d), [&](int i, Vector sum) HWY_ATTR {
        float* at = to + o * p.outer.input_step + (begin + i) * p.inner.input_step;
        if (p.multiplier == 1) {
          tail ? store_first(sum, d, at + g.first, g.count) : hn::StoreU(sum, d, at + g.first);
          return;
        }
        HWY_ALIGN float values[hn::MaxLanes(Floats())];
        hn::Store(sum, d, values);
        for (size_t c = 0; c < g.count; ++c) {
          at[(g.first + static_cast<int64_t>(c)) / p.multiplier] += values[c];
        }
      });
    });
  }
}

void depthwise_backward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                        const float* output_gradient, float* input_gradient, float* weight_gradient,
                        float* bias_gradient, float* scratch) {
  const DepthwisePlan p(shape);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t groups = (p.channels + lanes - 1) / lanes, group_weights = p.taps * lanes;
  const int64_t area = p.outer.extent() * p.inner.extent();
  const int64_t gradient_row = p.inner.gradient_extent();
  const int64_t gradient_area = p.outer.gradient_extent() * gradient_row;
  float* buffer = scratch;
  float* gradients = buffer + area * lanes;
  float* packed = gradients + gradient_area * lanes;
  float* sums = packed + groups * group_weights;
  float* bias_sums = sums + groups * group_weights;
  const float* first_gradient =
      gradients + (p.outer.gradient_lead() * gradient_row + p.inner.gradient_lead()) * lanes;
  std::memset(scratch, 0, static_cast<size_t>((area + gradient_area) * lanes) * sizeof(float));
  std::memset(sums, 0, static_cast<size_t>(groups * (group_weights + lanes)) * sizeof(float));
  if (input_gradient && p.multiplier > 1) {
    std::memset(input_gradient, 0, static_cast<size_t>(samples * p.input_sample) * sizeof(float));
  }
  for_groups(p, [&](Group g, int64_t index)
                    HWY_ATTR { pack_weights(p, g, weights, true, packed + index * group_weights); });
  for (int64_t n = 0; n < samples; ++n) {
    for_groups(p, [&](Group g, int64_t index) HWY_ATTR {
      const float* dy = output_gradient + n * p.output_sample;
      static_cast<int64_t>(g.count) < lanes ? fill_gradient<true>(p, g, dy, gradients)
                                            : fill_gradient<false>(p, g, dy, gradients);
      if (bias_gradient) {
        float* sum = bias_sums + index * lanes;
        hn::Store(add_bias_gradient(p, first_gradient, hn::Load(d, sum)), d, sum);
      }
      if (weight_gradient) {
        fill_input(p, g, input + n * p.input_sample, buffer);
        add_weight_gradients(p, buffer, first_gradient, sums + index * group_weights);
      }
      if (input_gradient) {
        const Slide s{packed + index * group_weights,          p.outer.filter,           p.inner.filter,
                      p.outer.dilation * gradient_row * lanes, p.inner.dilation * lanes, lanes};
        add_input_gradients(p, g, s, gradients, input_gradient + n * p.input_sample);
      }
    });
  }
  for_groups(p, [&](Group g, int64_t index) HWY_ATTR {
    if (bias_gradient) {
      store_first(hn::Load(d, bias_sums + index * lanes), d, bias_gradient + g.first, g.count);
    }
    for (int64_t t = 0; weight_gradient && t < p.taps; ++t) {
      float* to = weight_gradient + t / p.inner.filter * p.outer.weight_step +
                  t % p.inner.filter * p.inner.weight_step + g.first;
      store_first(hn::Load(d, sums + index * group_weights + t * lanes), d, to, g.count);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(depthwise_backward);

void depthwise_backward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                        const float* output_gradient, float* input_gradient, float* weight_gradient,
                        float* bias_gradient, float* scratch) {
  HWY_DYNAMIC_DISPATCH(depthwise_backward)
  (shape, samples, input, weights, output_gradient, input_gradient, weight_gradient, bias_gradient, scratch);
}

}  // namespace tinyml::kernels
#endif
