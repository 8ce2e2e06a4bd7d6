// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after simd-inl.h: what the depthwise forward pass and its gradients
// share.

#if defined(TINYML_KERNELS_DEPTHWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYML_KERNELS_DEPTHWISE_INL_H_
#undef TINYML_KERNELS_DEPTHWISE_INL_H_
#else
#define TINYML_KERNELS_DEPTHWISE_INL_H_
#endif

#include "tinyml/kernels/depthwise_plan.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// Channels [first, first + count) of the output, count up to one vector.
struct Group {
  int64_t first;
  size_t count;
};

HWY_INLINE Vector load_channels(const float* from, const DepthwisePlan& p, Group g, bool multiplied) {
  const Floats d;
  if (!multiplied) return load_first(d, from + g.first, g.count);
  HWY_ALIGN float lanes[hn::MaxLanes(Floats())] = {};
  for (size_t i = 0; i < g.count; ++i) lanes[i] = from[(g.first + static_cast<int64_t>(i)) / p.multiplier];
  return hn::Load(d, lanes);
}

// Calls body(Group, index) for every vector of channels.
template <class Body>
HWY_INLINE void for_groups(const DepthwisePlan& p, const Body& body) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  for (int64_t first = 0, index = 0; first < p.channels; first += lanes, ++index) {
    body(Group{first, static_cast<size_t>(std::min(lanes, p.channels - first))}, index);
  }
}

template <bool kPlain>
HWY_INLINE void fill_input(const DepthwisePlan& p, Group g, const float* input, float* buffer) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t row = p.inner.extent();
  const int64_t o_end = std::min(p.outer.input, p.outer.extent() - p.outer.pad);
  const int64_t i_end = std::min(p.inner.input, p.inner.extent() - p.inner.pad);
  for (int64_t o = 0; o < o_end; ++o) {
    const float* from = input + o * p.outer.input_step;
    float* to = buffer + ((o + p.outer.pad) * row + p.inner.pad) * lanes;
    for (int64_t i = 0; i < i_end; ++i, from += p.inner.input_step, to += lanes) {
      if constexpr (kPlain) {
        hn::Store(hn::LoadU(d, from + g.first), d, to);
      } else {
        hn::Store(load_channels(from, p, g, p.multiplier > 1), d, to);
      }
    }
  }
}

// Copies a sample's channels into the buffer, whose borders are zero.
HWY_INLINE void fill_input(const DepthwisePlan& p, Group g, const float* input, float* buffer) {
  const bool plain = g.count == hn::Lanes(Floats()) && p.multiplier == 1;
  plain ? fill_input<true>(p, g, input, buffer) : fill_input<false>(p, g, input, buffer);
}

// Weights of one group as [taps][lanes], outer tap first; backwards where `flipped`.
HWY_INLINE void pack_weights(const DepthwisePlan& p, Group g, const float* weights, bool flipped,
                             float* packed) {
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

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#endif
