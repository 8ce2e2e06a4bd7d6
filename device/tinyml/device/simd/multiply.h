// SPDX-License-Identifier: Apache-2.0
#pragma once

// Products wider than 32 bits. Each has one meaning and, by core, one of several forms that give the same
// bits: cores without a 32x32->64 multiplier (Armv6-M, Xtensa lx106) take the `narrow` ones.

#include <stdint.h>

#if defined(__ARM_ARCH_6M__) || defined(__XTENSA__)
#define TINYML_NARROW_MULTIPLY 1
#else
#define TINYML_NARROW_MULTIPLY 0
#endif

/// For small functions in inner loops, which -Os would call.
#define TINYML_ALWAYS_INLINE inline __attribute__((always_inline))

namespace tinyml {
namespace device {
namespace narrow {

TINYML_ALWAYS_INLINE int32_t multiply_q16(int32_t a, int16_t w) {
  return (a >> 16) * w + ((static_cast<int32_t>(a & 0xffff) * w) >> 16);
}

TINYML_ALWAYS_INLINE uint64_t square(int32_t a) {
  const uint32_t u = a < 0 ? 0u - static_cast<uint32_t>(a) : static_cast<uint32_t>(a);
  const uint32_t high = u >> 16, low = u & 0xffff;
  return (static_cast<uint64_t>(high * high) << 32) + (static_cast<uint64_t>(high * low) << 17) + low * low;
}

TINYML_ALWAYS_INLINE int64_t multiply_wide(int32_t a, int32_t b) {
  const int32_t a_high = a >> 16, b_high = b >> 16;
  const uint32_t a_low = a & 0xffff, b_low = b & 0xffff;
  const int64_t middle =
      static_cast<int64_t>(a_high * static_cast<int32_t>(b_low)) + static_cast<int32_t>(a_low) * b_high;
  return static_cast<int64_t>((static_cast<uint64_t>(static_cast<uint32_t>(a_high * b_high)) << 32) +
                              (static_cast<uint64_t>(middle) << 16) + a_low * b_low);
}

TINYML_ALWAYS_INLINE uint64_t multiply_48x16(uint64_t a, uint16_t w) {
  const uint32_t low = static_cast<uint32_t>(a), high = static_cast<uint32_t>(a >> 32);
  return (static_cast<uint64_t>(high * w) << 32) + (static_cast<uint64_t>((low >> 16) * w) << 16) +
         (low & 0xffff) * w;
}

}  // namespace narrow

/// floor(a * w / 2^16).
TINYML_ALWAYS_INLINE int32_t multiply_q16(int32_t a, int16_t w) {
#if TINYML_NARROW_MULTIPLY
  return narrow::multiply_q16(a, w);
#elif defined(__ARM_FEATURE_DSP)
  int32_t product;
  __asm__("smulwb %0, %1, %2" : "=r"(product) : "r"(a), "r"(w));
  return product;
#else
  return static_cast<int32_t>((static_cast<int64_t>(a) * w) >> 16);
#endif
}

/// sum + floor(a * w / 2^16), which must fit in 32 bits.
TINYML_ALWAYS_INLINE int32_t multiply_add_q16(int32_t sum, int32_t a, int16_t w) {
#if defined(__ARM_FEATURE_DSP)
  __asm__("smlawb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(w));
  return sum;
#else
  return sum + multiply_q16(a, w);
#endif
}

/// a * a.
TINYML_ALWAYS_INLINE uint64_t square(int32_t a) {
#if TINYML_NARROW_MULTIPLY
  return narrow::square(a);
#else
  return static_cast<uint64_t>(static_cast<int64_t>(a) * a);
#endif
}

/// a * b.
TINYML_ALWAYS_INLINE int64_t multiply_wide(int32_t a, int32_t b) {
#if TINYML_NARROW_MULTIPLY
  return narrow::multiply_wide(a, b);
#else
  return static_cast<int64_t>(a) * b;
#endif
}

/// a * w, for a < 2^48.
TINYML_ALWAYS_INLINE uint64_t multiply_48x16(uint64_t a, uint16_t w) {
#if TINYML_NARROW_MULTIPLY
  return narrow::multiply_48x16(a, w);
#else
  return a * w;
#endif
}

}  // namespace device
}  // namespace tinyml
