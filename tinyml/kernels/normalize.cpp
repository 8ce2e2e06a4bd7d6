// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/normalize.h"

#include <type_traits>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/normalize.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// kN vectors of neighbouring channels; the last may be partial.
template <int kN, bool kTail>
struct Lanes {
  int64_t channel;
  size_t tail;

  HWY_INLINE Vector load(const float* x, int n) const {
    const Floats d;
    const float* from = x + channel + n * static_cast<int64_t>(hn::Lanes(d));
    if (kTail && n == kN - 1) return load_first(d, from, tail);
    return hn::LoadU(d, from);
  }
  HWY_INLINE void store(Vector v, float* y, int n) const {
    const Floats d;
    float* to = y + channel + n * static_cast<int64_t>(hn::Lanes(d));
    if (kTail && n == kN - 1) {
      store_first(v, d, to, tail);
    } else {
      hn::StoreU(v, d, to);
    }
  }
};

// Calls body(Lanes, kN) for all channels: four vectors at once, so that a row of 64 channels is read in one
// go, then the rest.
template <class Body>
HWY_INLINE void for_channels(int64_t channels, const Body& body) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  int64_t c = 0;
  for (; c + 4 * lanes <= channels; c += 4 * lanes) {
    body(Lanes<4, false>{c, 0}, std::integral_constant<int, 4>());
  }
  for (; c + lanes <= channels; c += lanes) body(Lanes<1, false>{c, 0}, std::integral_constant<int, 1>());
  if (c < channels) {
    body(Lanes<1, true>{c, static_cast<size_t>(channels - c)}, std::integral_constant<int, 1>());
  }
}

void moment_sums(const float* x, int64_t rows, int64_t channels, const float* pivot, float* sums,
                 float* square_sums) {
  for_channels(channels, [&](auto at, auto count) HWY_ATTR {
    const Floats d;
    Vector center[count], sum[count], squares[count];
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      center[n] = at.load(pivot, n);
      sum[n] = squares[n] = hn::Zero(d);
    }
    for (int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (int n = 0; n < count; ++n) {
        const Vector v = hn::Sub(at.load(x + r * channels, n), center[n]);
        sum[n] = hn::Add(sum[n], v);
        squares[n] = hn::MulAdd(v, v, squares[n]);
      }
    }
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      at.store(sum[n], sums, n);
      at.store(squares[n], square_sums, n);
    }
  });
}

void scale_shift(const float* x, int64_t rows, int64_t channels, const float* scale, const float* shift,
                 float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_channels(channels, [&](auto at, auto count) HWY_ATTR {
    Vector factor[count], offset[count];
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      factor[n] = at.load(scale, n);
      offset[n] = at.load(shift, n);
    }
    for (int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (int n = 0; n < count; ++n) {
        const Vector v = hn::MulAdd(at.load(x + r * channels, n), factor[n], offset[n]);
        at.store(clamp(v, low_v, high_v), y + r * channels, n);
      }
    }
  });
}

// dy where the clamp after the normalisation lets x through, else 0.
HWY_INLINE Vector passed(Vector x, Vector dy, Vector scale, Vector shift, Vector low, Vector high) {
  const Vector y = hn::MulAdd(x, scale, shift);
  return hn::IfThenElseZero(hn::And(hn::Gt(y, low), hn::Lt(y, high)), dy);
}

void normalized_gradient_sums(const Normalized& s, const float* x, const float* dy, int64_t rows, float* sums,
                              float* product_sums) {
  const Floats d;
  const Vector low = hn::Set(d, s.low), high = hn::Set(d, s.high);
  for_channels(s.channels, [&](auto at, auto count) HWY_ATTR {
    Vector mean[count], scale[count], shift[count], sum[count], products[count];
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      mean[n] = at.load(s.mean, n);
      scale[n] = at.load(s.scale, n);
      shift[n] = at.load(s.shift, n);
      sum[n] = products[n] = hn::Zero(d);
    }
    for (int64_t r = 0; r < rows * s.channels; r += s.channels) {
#pragma GCC unroll 4
      for (int n = 0; n < count; ++n) {
        const Vector v = at.load(x + r, n);
        const Vector g = passed(v, at.load(dy + r, n), scale[n], shift[n], low, high);
        sum[n] = hn::Add(sum[n], g);
        products[n] = hn::MulAdd(g, hn::Sub(v, mean[n]), products[n]);
      }
    }
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      at.store(sum[n], sums, n);
      at.store(hn::Mul(products[n], at.load(s.inverse_deviation, n)), product_sums, n);
    }
  });
}

void normalized_gradient(const Normalized& s, const float* x, const float* dy, int64_t rows, const float* a,
                         const float* b, const float* c, float* dx) {
  const Floats d;
  const Vector low = hn::Set(d, s.low), high = hn::Set(d, s.high);
  for_channels(s.channels, [&](auto at, auto count) HWY_ATTR {
    Vector mean[count], scale[count], shift[count], of_dy[count], of_x[count], constant[count];
#pragma GCC unroll 4
    for (int n = 0; n < count; ++n) {
      mean[n] = at.load(s.mean, n);
      scale[n] = at.load(s.scale, n);
      shift[n] = at.load(s.shift, n);
      of_dy[n] = at.load(a, n);
      of_x[n] = at.load(b, n);
      constant[n] = at.load(c, n);
    }
    for (int64_t r = 0; r < rows * s.channels; r += s.channels) {
#pragma GCC unroll 4
      for (int n = 0; n < count; ++n) {
        const Vector v = at.load(x + r, n);
        const Vector g = passed(v, at.load(dy + r, n), scale[n], shift[n], low, high);
        at.store(hn::MulAdd(of_dy[n], g, hn::MulAdd(of_x[n], hn::Sub(v, mean[n]), constant[n])), dx + r, n);
      }
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(moment_sums);
HWY_EXPORT(scale_shift);
HWY_EXPORT(normalized_gradient_sums);
HWY_EXPORT(normalized_gradient);

void moment_sums(const float* x, int64_t rows, int64_t channels, const float* pivot, float* sums,
                 float* square_sums) {
  HWY_DYNAMIC_DISPATCH(moment_sums)(x, rows, channels, pivot, sums, square_sums);
}
void scale_shift(const float* x, int64_t rows, int64_t channels, const float* scale, const float* shift,
                 float low, float high, float* y) {
  HWY_DYNAMIC_DISPATCH(scale_shift)(x, rows, channels, scale, shift, low, high, y);
}
void normalized_gradient_sums(const Normalized& n, const float* x, const float* dy, int64_t rows, float* sums,
                              float* product_sums) {
  HWY_DYNAMIC_DISPATCH(normalized_gradient_sums)(n, x, dy, rows, sums, product_sums);
}
void normalized_gradient(const Normalized& n, const float* x, const float* dy, int64_t rows, const float* a,
                         const float* b, const float* c, float* dx) {
  HWY_DYNAMIC_DISPATCH(normalized_gradient)(n, x, dy, rows, a, b, c, dx);
}

}  // namespace tinyml::kernels
#endif
