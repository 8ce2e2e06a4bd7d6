// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/normalize.h"

#include <algorithm>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/normalize.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// Calls body(load, store) for every vector of channels; the last may be partial.
template <class Body>
HWY_INLINE void for_channels(int64_t channels, const Body& body) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) {
    body([&](const float* x) HWY_ATTR { return hn::LoadU(d, x + c); },
         [&](Vector v, float* y) HWY_ATTR { hn::StoreU(v, d, y + c); });
  }
  if (c < channels) {
    const auto rest = static_cast<size_t>(channels - c);
    body([&](const float* x) HWY_ATTR { return load_first(d, x + c, rest); },
         [&](Vector v, float* y) HWY_ATTR { store_first(v, d, y + c, rest); });
  }
}

void moment_sums(const float* x, int64_t rows, int64_t channels, const float* pivot, float* sums,
                 float* square_sums) {
  for_channels(channels, [&](auto load, auto store) HWY_ATTR {
    const Floats d;
    const Vector center = load(pivot);
    Vector sum[2] = {hn::Zero(d), hn::Zero(d)}, squares[2] = {hn::Zero(d), hn::Zero(d)};
    int64_t r = 0;
    for (; r + 2 <= rows; r += 2) {
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
        const Vector v = hn::Sub(load(x + (r + i) * channels), center);
        sum[i] = hn::Add(sum[i], v);
        squares[i] = hn::MulAdd(v, v, squares[i]);
      }
    }
    if (r < rows) {
      const Vector v = hn::Sub(load(x + r * channels), center);
      sum[0] = hn::Add(sum[0], v);
      squares[0] = hn::MulAdd(v, v, squares[0]);
    }
    store(hn::Add(sum[0], sum[1]), sums);
    store(hn::Add(squares[0], squares[1]), square_sums);
  });
}

void scale_shift(const float* x, int64_t rows, int64_t channels, const float* scale, const float* shift,
                 float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_channels(channels, [&](auto load, auto store) HWY_ATTR {
    const Vector factor = load(scale), offset = load(shift);
    for (int64_t r = 0; r < rows; ++r) {
      store(clamp(hn::MulAdd(load(x + r * channels), factor, offset), low_v, high_v), y + r * channels);
    }
  });
}

void normalized_gradient_sums(const Normalized& n, const float* x, const float* dy, int64_t rows, float* sums,
                              float* product_sums) {
  const Floats d;
  const Vector low = hn::Set(d, n.low), high = hn::Set(d, n.high);
  for_channels(n.channels, [&](auto load, auto store) HWY_ATTR {
    const Vector mean = load(n.mean), scale = load(n.scale), shift = load(n.shift);
    Vector sum = hn::Zero(d), products = hn::Zero(d);
    for (int64_t r = 0; r < rows; ++r) {
      const Vector v = load(x + r * n.channels);
      const Vector y = hn::MulAdd(v, scale, shift);
      const Vector g =
          hn::IfThenElseZero(hn::And(hn::Gt(y, low), hn::Lt(y, high)), load(dy + r * n.channels));
      sum = hn::Add(sum, g);
      products = hn::MulAdd(g, hn::Sub(v, mean), products);
    }
    store(sum, sums);
    store(hn::Mul(products, load(n.inverse_deviation)), product_sums);
  });
}

void normalized_gradient(const Normalized& n, const float* x, const float* dy, int64_t rows, const float* a,
                         const float* b, const float* c, float* dx) {
  const Floats d;
  const Vector low = hn::Set(d, n.low), high = hn::Set(d, n.high);
  for_channels(n.channels, [&](auto load, auto store) HWY_ATTR {
    const Vector mean = load(n.mean), scale = load(n.scale), shift = load(n.shift);
    const Vector of_dy = load(a), of_x = load(b), constant = load(c);
    for (int64_t r = 0; r < rows; ++r) {
      const Vector v = load(x + r * n.channels);
      const Vector y = hn::MulAdd(v, scale, shift);
      const Vector g =
          hn::IfThenElseZero(hn::And(hn::Gt(y, low), hn::Lt(y, high)), load(dy + r * n.channels));
      store(hn::MulAdd(of_dy, g, hn::MulAdd(of_x, hn::Sub(v, mean), constant)), dx + r * n.channels);
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
