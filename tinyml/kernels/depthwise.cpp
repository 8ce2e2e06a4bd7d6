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

#ifndef TINYML_KERNELS_DEPTHWISE_COMMON_
#define TINYML_KERNELS_DEPTHWISE_COMMON_
namespace tinyml::kernels {
namespace {

// Works on one vector of channels of one sample at a time, copied with its padding into a buffer
// [outer][inner][lanes] that fits the first-level cache: taps then need neither bounds nor channel tails.
struct Axis : DepthwiseAxis {
  int64_t input_step = 0, output_step = 0, weight_step = 0;  // elements between neighbours
  int64_t extent() const { return (output - 1) * stride + (filter - 1) * dilation + 1; }
  // The buffer of output gradients, spread by the stride, that input gradients slide over.
  int64_t gradient_lead() const { return (filter - 1) * dilation - pad; }
  int64_t gradient_extent() const { return input + (filter - 1) * dilation; }
};

struct Plan {
  Axis outer, inner;
  int64_t channels, multiplier, taps;
  int64_t input_sample, output_sample;

  explicit Plan(const Depthwise& s) : channels(s.channels), multiplier(s.multiplier) {
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

}  // namespace
}  // namespace tinyml::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// Channels [first, first + count) of the output, count up to one vector.
struct Group {
  int64_t first;
  size_t count;
};

HWY_INLINE Vector load_channels(const float* from, const Plan& p, Group g, bool multiplied) {
  const Floats d;
  if (!multiplied) return load_first(d, from + g.first, g.count);
  HWY_ALIGN float lanes[hn::MaxLanes(Floats())] = {};
  for (size_t i = 0; i < g.count; ++i) lanes[i] = from[(g.first + static_cast<int64_t>(i)) / p.multiplier];
  return hn::Load(d, lanes);
}

template <bool kTail>
void fill_input(const Plan& p, Group g, const float* input, float* buffer) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.extent();
  const int64_t o_end = std::min(p.outer.input, p.outer.extent() - p.outer.pad);
  const int64_t i_end = std::min(p.inner.input, p.inner.extent() - p.inner.pad);
  for (int64_t o = 0; o < o_end; ++o) {
    const float* from = input + o * p.outer.input_step;
    float* to = buffer + ((o + p.outer.pad) * row + p.inner.pad) * lanes;
    for (int64_t i = 0; i < i_end; ++i, from += p.inner.input_step, to += lanes) {
      if constexpr (kTail) {
        hn::Store(load_channels(from, p, g, p.multiplier > 1), d, to);
      } else {
        hn::Store(hn::LoadU(d, from + g.first), d, to);
      }
    }
  }
}

void fill_gradient(const Plan& p, Group g, const float* gradient, float* buffer) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.gradient_extent();
  for (int64_t o = 0; o < p.outer.output; ++o) {
    const float* from = gradient + o * p.outer.output_step + g.first;
    float* to =
        buffer + ((o * p.outer.stride + p.outer.gradient_lead()) * row + p.inner.gradient_lead()) * lanes;
    for (int64_t i = 0; i < p.inner.output; ++i, from += p.inner.output_step, to += p.inner.stride * lanes) {
      hn::Store(load_first(d, from, g.count), d, to);
    }
  }
}

// Weights of one group as [taps][lanes], outer tap first; backwards where `flipped`.
void pack_weights(const Plan& p, Group g, const float* weights, bool flipped, float* packed) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t t = 0; t < p.taps; ++t) {
    const int64_t source = flipped ? p.taps - 1 - t : t;
    const float* from = weights + source / p.inner.filter * p.outer.weight_step +
                        source % p.inner.filter * p.inner.weight_step + g.first;
    hn::Store(load_first(d, from, g.count), d, packed + t * lanes);
  }
}

struct Slide {
  const float* weights;  // [outer filter][inner filter][lanes]
  int64_t outer_filter, inner_filter;
  int64_t outer_tap, inner_tap;  // floats between taps in the buffer
  int64_t step;                  // floats between neighbouring outputs' windows
};

// kN neighbouring outputs: sum over the taps.
template <int kN, class Store>
HWY_INLINE void slide(const Slide& s, const float* window, Vector start, const Store& store) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  Vector sum[kN];
#pragma GCC unroll 8
  for (int n = 0; n < kN; ++n) sum[n] = start;
  const float* weight = s.weights;
  for (int64_t o = 0; o < s.outer_filter; ++o) {
    const float* at = window + o * s.outer_tap;
    for (int64_t i = 0; i < s.inner_filter; ++i, at += s.inner_tap, weight += lanes) {
      const Vector w = hn::Load(d, weight);
#pragma GCC unroll 8
      for (int n = 0; n < kN; ++n) sum[n] = hn::MulAdd(w, hn::Load(d, at + n * s.step), sum[n]);
    }
  }
#pragma GCC unroll 8
  for (int n = 0; n < kN; ++n) store(n, sum[n]);
}

template <int kN, class Store>
HWY_INLINE void slide(int n, const Slide& s, const float* window, Vector start, const Store& store) {
  if constexpr (kN > 1) {
    if (n < kN) return slide<kN - 1>(n, s, window, start, store);
  }
  slide<kN>(s, window, start, store);
}

// Splits a row of outputs into runs of nearly equal length, at most 8.
template <class Run>
HWY_INLINE void for_runs(int64_t outputs, const Run& run) {
  const int64_t runs = (outputs + 7) / 8;
  for (int64_t r = 0; r < runs; ++r) {
    const int64_t begin = outputs * r / runs;
    run(begin, static_cast<int>(outputs * (r + 1) / runs - begin));
  }
}

void depthwise_forward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                       const float* bias, float low, float high, float* output, float* scratch) {
  const Plan p(shape);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.extent(), area = p.outer.extent() * row;
  float* buffer = scratch;
  float* packed = buffer + area * lanes;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  std::memset(buffer, 0, static_cast<size_t>(area * lanes) * sizeof(float));
  for (int64_t first = 0; first < p.channels; first += lanes) {
    const Group g{first, static_cast<size_t>(std::min(lanes, p.channels - first))};
    const bool tail = static_cast<int64_t>(g.count) < lanes;
    pack_weights(p, g, weights, false, packed);
    const Vector start = bias ? load_first(d, bias + g.first, g.count) : hn::Zero(d);
    const Slide s{packed,
                  p.outer.filter,
                  p.inner.filter,
                  p.outer.dilation * row * lanes,
                  p.inner.dilation * lanes,
                  p.inner.stride * lanes};
    for (int64_t n = 0; n < samples; ++n) {
      const float* sample = input + n * p.input_sample;
      tail || p.multiplier > 1 ? fill_input<true>(p, g, sample, buffer)
                               : fill_input<false>(p, g, sample, buffer);
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
    }
  }
}

// Adds the gradients of kO x kI neighbouring taps over a whole sample.
template <int kO, int kI>
HWY_NOINLINE void add_tap_gradients(const Plan& p, const float* window, const float* gradient, float* sums) {
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
void add_tap_row(const Plan& p, int taps, const float* window, const float* gradient, float* sums) {
  if constexpr (kI > 1) {
    if (taps < kI) return add_tap_row<kI - 1>(p, taps, window, gradient, sums);
  }
  add_tap_gradients<1, kI>(p, window, gradient, sums);
}

void add_weight_gradients(const Plan& p, const float* buffer, const float* gradient, float* sums) {
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

Vector add_bias_gradient(const Plan& p, const float* gradient, Vector sum) {
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

void add_input_gradients(const Plan& p, Group g, const Slide& s, const float* buffer, float* to) {
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
  const Plan p(shape);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t area = p.outer.extent() * p.inner.extent();
  const int64_t gradient_row = p.inner.gradient_extent(),
                gradient_area = p.outer.gradient_extent() * gradient_row;
  float* buffer = scratch;
  float* gradients = buffer + area * lanes;
  float* packed = gradients + gradient_area * lanes;
  float* sums = packed + p.taps * lanes;
  std::memset(scratch, 0, static_cast<size_t>((area + gradient_area) * lanes) * sizeof(float));
  if (input_gradient && p.multiplier > 1) {
    std::memset(input_gradient, 0, static_cast<size_t>(samples * p.input_sample) * sizeof(float));
  }
  for (int64_t first = 0; first < p.channels; first += lanes) {
    const Group g{first, static_cast<size_t>(std::min(lanes, p.channels - first))};
    const bool plain = static_cast<int64_t>(g.count) == lanes && p.multiplier == 1;
    pack_weights(p, g, weights, true, packed);
    std::memset(sums, 0, static_cast<size_t>(p.taps * lanes) * sizeof(float));
    Vector bias_sum = hn::Zero(d);
    const Slide s{packed,
                  p.outer.filter,
                  p.inner.filter,
                  p.outer.dilation * gradient_row * lanes,
                  p.inner.dilation * lanes,
                  lanes};
    const float* first_gradient =
        gradients + (p.outer.gradient_lead() * gradient_row + p.inner.gradient_lead()) * lanes;
    for (int64_t n = 0; n < samples; ++n) {
      fill_gradient(p, g, output_gradient + n * p.output_sample, gradients);
      if (bias_gradient) bias_sum = add_bias_gradient(p, first_gradient, bias_sum);
      if (weight_gradient) {
        const float* sample = input + n * p.input_sample;
        plain ? fill_input<false>(p, g, sample, buffer) : fill_input<true>(p, g, sample, buffer);
        add_weight_gradients(p, buffer, first_gradient, sums);
      }
      if (input_gradient) add_input_gradients(p, g, s, gradients, input_gradient + n * p.input_sample);
    }
    if (bias_gradient) store_first(bias_sum, d, bias_gradient + g.first, g.count);
    for (int64_t t = 0; weight_gradient && t < p.taps; ++t) {
      float* to = weight_gradient + t / p.inner.filter * p.outer.weight_step +
                  t % p.inner.filter * p.inner.weight_step + g.first;
      store_first(hn::Load(d, sums + t * lanes), d, to, g.count);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(depthwise_forward);
HWY_EXPORT(depthwise_backward);

int64_t depthwise_scratch(const Depthwise& shape) {
  constexpr int64_t kMostLanes = 16;
  const Plan p(shape);
  return kMostLanes * (p.outer.extent() * p.inner.extent() +
                       p.outer.gradient_extent() * p.inner.gradient_extent() + 2 * p.taps);
}

void depthwise_forward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                       const float* bias, float low, float high, float* output, float* scratch) {
  HWY_DYNAMIC_DISPATCH(depthwise_forward)
  (shape, samples, input, weights, bias, low, high, output, scratch);
}

void depthwise_backward(const Depthwise& shape, int64_t samples, const float* input, const float* weights,
                        const float* output_gradient, float* input_gradient, float* weight_gradient,
                        float* bias_gradient, float* scratch) {
  HWY_DYNAMIC_DISPATCH(depthwise_backward)
  (shape, samples, input, weights, output_gradient, input_gradient, weight_gradient, bias_gradient, scratch);
}

}  // namespace tinyml::kernels
#endif
