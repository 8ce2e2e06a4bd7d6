// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after highway.h.

#if defined(TINYML_KERNELS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYML_KERNELS_SIMD_INL_H_
#undef TINYML_KERNELS_SIMD_INL_H_
#else
#define TINYML_KERNELS_SIMD_INL_H_
#endif

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

/// The first `count` lanes from memory, zero elsewhere; reads nothing beyond them.
HWY_INLINE Vector load_first(Floats d, const float* from, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[hn::MaxLanes(Floats())] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#endif
}

/// Stores the first `count` lanes; touches nothing beyond them.
HWY_INLINE void store_first(Vector v, Floats d, float* to, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[hn::MaxLanes(Floats())];
  hn::Store(v, d, lanes);
  for (size_t i = 0; i < count; ++i) to[i] = lanes[i];
#else
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#endif
}

template <bool kTail>
HWY_INLINE Vector load_part(Floats d, const float* from, size_t count) {
  if constexpr (kTail) {
    return load_first(d, from, count);
  } else {
    return hn::LoadU(d, from);
  }
}

template <bool kTail>
HWY_INLINE void store_part(Vector v, Floats d, float* to, size_t count) {
  if constexpr (kTail) {
    store_first(v, d, to, count);
  } else {
    hn::StoreU(v, d, to);
  }
}

HWY_INLINE Vector clamp(Vector v, Vector low, Vector high) { return hn::Min(hn::Max(v, low), high); }

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#endif
