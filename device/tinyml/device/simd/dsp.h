// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

// The Armv7E-M DSP instructions that the kernels use. Elsewhere the same arithmetic in C, so that the very
// kernels of a Cortex-M4 run under the host's tests and sanitizers. A word holds two int16 lanes, the first
// element in the low half. Sums wrap.

// Whether innermost loops are assembly, which takes nearly all registers: not without optimization.
#if defined(__ARM_FEATURE_DSP) && defined(__OPTIMIZE__)
#define TINYML_DSP_ASSEMBLY 1
#else
#define TINYML_DSP_ASSEMBLY 0
#endif

namespace tinyml {
namespace device {
namespace dsp {

/// Four bytes at any address.
inline int32_t load_word(const void* from) {
  int32_t word;
  memcpy(&word, from, 4);
  return word;
}

#if defined(__ARM_FEATURE_DSP)

/// Bytes 0 and 2, sign extended to lanes.
inline int32_t sxtb16(int32_t x) {
  int32_t r;
  __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(x));
  return r;
}
/// Bytes 1 and 3, sign extended to lanes.
inline int32_t sxtb16_ror8(int32_t x) {
  int32_t r;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
  return r;
}
/// sum + low * low + high * high.
inline int32_t smlad(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// sum + low * low.
inline int32_t smlabb(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// sum + high * high.
inline int32_t smlatt(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// sum + high * low.
inline int32_t smlatb(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smlatb %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// sum + low * high.
inline int32_t smlabt(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smlabt %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// The high word of x * y, rounded half up.
inline int32_t smmulr(int32_t x, int32_t y) {
  int32_t r;
  __asm__("smmulr %0, %1, %2" : "=r"(r) : "r"(x), "r"(y));
  return r;
}
/// smmulr(x, y) + sum.
inline int32_t smmlar(int32_t x, int32_t y, int32_t sum) {
  int32_t r;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(sum));
  return r;
}
/// Saturated to int8.
inline int32_t ssat8(int32_t x) {
  int32_t r;
  __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(x));
  return r;
}
/// The low halves of `low` and `high`.
inline int32_t pkhbt(int32_t low, int32_t high) {
  int32_t r;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(low), "r"(high));
  return r;
}
/// The high halves of `low` and `high`.
inline int32_t pkhtb(int32_t low, int32_t high) {
  int32_t r;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(high), "r"(low));
  return r;
}

#else

namespace detail {
inline int32_t low(int32_t x) { return static_cast<int16_t>(x); }
inline int32_t high(int32_t x) { return x >> 16; }
inline int32_t lanes(int32_t low, int32_t high) {
  return static_cast<int32_t>((static_cast<uint32_t>(high) << 16) | (static_cast<uint32_t>(low) & 0xffffu));
}
inline int32_t wrapping_add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
}  // namespace detail

inline int32_t sxtb16(int32_t x) {
  return detail::lanes(static_cast<int8_t>(x), static_cast<int8_t>(x >> 16));
}
inline int32_t sxtb16_ror8(int32_t x) {
  return detail::lanes(static_cast<int8_t>(x >> 8), static_cast<int8_t>(x >> 24));
}
inline int32_t smlabb(int32_t x, int32_t y, int32_t sum) {
  return detail::wrapping_add(sum, detail::low(x) * detail::low(y));
}
inline int32_t smlatt(int32_t x, int32_t y, int32_t sum) {
  return detail::wrapping_add(sum, detail::high(x) * detail::high(y));
}
inline int32_t smlatb(int32_t x, int32_t y, int32_t sum) {
  return detail::wrapping_add(sum, detail::high(x) * detail::low(y));
}
inline int32_t smlabt(int32_t x, int32_t y, int32_t sum) {
  return detail::wrapping_add(sum, detail::low(x) * detail::high(y));
}
inline int32_t smlad(int32_t x, int32_t y, int32_t sum) { return smlatt(x, y, smlabb(x, y, sum)); }
inline int32_t smmulr(int32_t x, int32_t y) {
  return static_cast<int32_t>((static_cast<int64_t>(x) * y + (INT64_C(1) << 31)) >> 32);
}
inline int32_t smmlar(int32_t x, int32_t y, int32_t sum) { return detail::wrapping_add(smmulr(x, y), sum); }
inline int32_t ssat8(int32_t x) { return x < -128 ? -128 : x > 127 ? 127 : x; }
inline int32_t pkhbt(int32_t low, int32_t high) { return detail::lanes(low, detail::low(high)); }
inline int32_t pkhtb(int32_t low, int32_t high) { return detail::lanes(low >> 16, high >> 16); }

#endif

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
