// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/elementwise.h"

#include <algorithm>
#include <cstring>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// Calls body(load, store) for every vector; the last may be partial.
template <class Body>
HWY_INLINE void for_vectors(int64_t n, const Body& body) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    body([&](const float* x) HWY_ATTR { return hn::LoadU(d, x + i); },
         [&](Vector v, float* y) HWY_ATTR { hn::StoreU(v, d, y + i); });
  }
  if (i < n) {
    const auto rest = static_cast<size_t>(n - i);
    body([&](const float* x) HWY_ATTR { return load_first(d, x + i, rest); },
         [&](Vector v, float* y) HWY_ATTR { store_first(v, d, y + i, rest); });
  }
}

void clamp_values(const float* x, int64_t n, float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_vectors(n, [&](auto load, auto store) HWY_ATTR { store(clamp(load(x), low_v, high_v), y); });
}

void clamp_gradient(const float* y, const float* dy, int64_t n, float low, float high, float* dx) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_vectors(n, [&](auto load, auto store) HWY_ATTR {
    const Vector v = load(y);
    store(hn::IfThenElseZero(hn::And(hn::Gt(v, low_v), hn::Lt(v, high_v)), load(dy)), dx);
  });
}

void add(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_vectors(
      n, [&](auto load, auto store) HWY_ATTR { store(clamp(hn::Add(load(a), load(b)), low_v, high_v), y); });
}

void sub(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_vectors(
      n, [&](auto load, auto store) HWY_ATTR { store(clamp(hn::Sub(load(a), load(b)), low_v, high_v), y); });
}

void mul(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  const Floats d;
  const Vector low_v = hn::Set(d, low), high_v = hn::Set(d, high);
  for_vectors(
      n, [&](auto load, auto store) HWY_ATTR { store(clamp(hn::Mul(load(a), load(b)), low_v, high_v), y); });
}

void add_scaled(const float* x, int64_t n, float scale, float* y) {
  const Vector factor = hn::Set(Floats(), scale);
  for_vectors(n, [&](auto load, auto store) HWY_ATTR { store(hn::MulAdd(factor, load(x), load(y)), y); });
}

void scale(const float* x, int64_t n, float scale, float* y) {
  const Vector factor = hn::Set(Floats(), scale);
  for_vectors(n, [&](auto load, auto store) HWY_ATTR { store(hn::Mul(factor, load(x)), y); });
}

// The mixer with the least bias of Wellons' "Prospecting for hash functions" (2018), two rounds of it.
void dropout(uint64_t seed, const float* x, int64_t n, float rate, float* y) {
  const Floats d;
  const hn::RebindToUnsigned<Floats> du;
  const hn::RebindToSigned<Floats> di;
  const auto lanes = static_cast<uint32_t>(hn::Lanes(d));
  const auto mix = [&](auto v) HWY_ATTR {
    v = hn::Mul(hn::Xor(v, hn::ShiftRight<16>(v)), hn::Set(du, 0x7feb352du));
    v = hn::Mul(hn::Xor(v, hn::ShiftRight<15>(v)), hn::Set(du, 0x846ca68bu));
    return hn::Xor(v, hn::ShiftRight<16>(v));
  };
  const auto high = hn::Set(du, static_cast<uint32_t>(seed >> 32));
  const auto below = hn::Set(di, static_cast<int32_t>(rate * 0x1.0p31f) - 1);
  const Vector kept = hn::Set(d, 1 / (1 - rate));
  auto counter = hn::Iota(du, static_cast<uint32_t>(seed));
  for_vectors(n, [&](auto load, auto store) HWY_ATTR {
    const auto random = hn::BitCast(di, hn::ShiftRight<1>(mix(hn::Add(mix(counter), high))));
    store(hn::IfThenElseZero(hn::RebindMask(d, hn::Gt(random, below)), hn::Mul(load(x), kept)), y);
    counter = hn::Add(counter, hn::Set(du, lanes));
  });
}

void column_sums(const float* x, int64_t rows, int64_t columns, float* sums) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t c = 0; c < columns; c += lanes) {
    const auto count = static_cast<size_t>(std::min(lanes, columns - c));
    Vector sum = hn::Zero(d);
    for (int64_t r = 0; r < rows; ++r) sum = hn::Add(sum, load_first(d, x + r * columns + c, count));
    store_first(sum, d, sums + c, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(clamp_values);
HWY_EXPORT(clamp_gradient);
HWY_EXPORT(add);
HWY_EXPORT(sub);
HWY_EXPORT(mul);
HWY_EXPORT(add_scaled);
HWY_EXPORT(scale);
HWY_EXPORT(dropout);
HWY_EXPORT(column_sums);

void clamp(const float* x, int64_t n, float low, float high, float* y) {
  HWY_DYNAMIC_DISPATCH(clamp_values)(x, n, low, high, y);
}
void clamp_gradient(const float* y, const float* dy, int64_t n, float low, float high, float* dx) {
  HWY_DYNAMIC_DISPATCH(clamp_gradient)(y, dy, n, low, high, dx);
}
void add(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  HWY_DYNAMIC_DISPATCH(add)(a, b, n, low, high, y);
}
void sub(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  HWY_DYNAMIC_DISPATCH(sub)(a, b, n, low, high, y);
}
void mul(const float* a, const float* b, int64_t n, float low, float high, float* y) {
  HWY_DYNAMIC_DISPATCH(mul)(a, b, n, low, high, y);
}
void add_scaled(const float* x, int64_t n, float scale, float* y) {
  HWY_DYNAMIC_DISPATCH(add_scaled)(x, n, scale, y);
}
void scale(const float* x, int64_t n, float factor, float* y) {
  HWY_DYNAMIC_DISPATCH(scale)(x, n, factor, y);
}
void dropout(uint64_t seed, const float* x, int64_t n, float rate, float* y) {
  HWY_DYNAMIC_DISPATCH(dropout)(seed, x, n, rate, y);
}
void column_sums(const float* x, int64_t rows, int64_t columns, float* sums) {
  HWY_DYNAMIC_DISPATCH(column_sums)(x, rows, columns, sums);
}
void sum_parts(const float* parts, int64_t count, int64_t n, float* sum) {
  std::memcpy(sum, parts, static_cast<size_t>(n) * sizeof(float));
  for (int64_t p = 1; p < count; ++p) add_scaled(parts + p * n, n, 1.0f, sum);
}

}  // namespace tinyml::kernels
#endif
