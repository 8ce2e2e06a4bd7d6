// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/simd/dsp.h"

namespace tinyml {
namespace device {
namespace dsp {

/// The sums of four neighbouring channels.
struct Sums4 {
  int32_t s0, s1, s2, s3;
};

/// Adds to each channel the products of `count` taps (a multiple of 3): the bytes at taps[i] + channel times
/// the int16 weights {0, 2}, {1, 3} in the next two words of `stream`. Returns their end.
inline const int32_t* accumulate_taps(const int32_t* stream, const int8_t* const* taps, int32_t count,
                                      int32_t channel, Sums4& sums) {
  const int8_t* const* const end = taps + count;
#if TINYML_DSP_ASSEMBLY
  register int32_t s0 __asm__("r4") = sums.s0;
  register int32_t s1 __asm__("r5") = sums.s1;
  register int32_t s2 __asm__("r6") = sums.s2;
  register int32_t s3 __asm__("r8") = sums.s3;
  register const int32_t* w __asm__("r9") = stream;
  register const int8_t* const* tap __asm__("r10") = taps;
  register int32_t offset __asm__("r11") = channel;
  register const int8_t* const* last __asm__("r12") = end;
#define TINYML_TAP          \
  "ldr r2, [r10], #4\n"     \
  "ldr r2, [r2, r11]\n"     \
  "ldrd r0, r1, [r9], #8\n" \
  "sxtb16 r3, r2\n"         \
  "sxtb16 r2, r2, ror #8\n" \
  "smlabb r4, r3, r0, r4\n" \
  "smlatt r6, r3, r0, r6\n" \
  "smlabb r5, r2, r1, r5\n" \
  "smlatt r8, r2, r1, r8\n"
  __asm__ volatile("1:\n" TINYML_TAP TINYML_TAP TINYML_TAP
                   "cmp r10, r12\n"
                   "bne 1b\n"
                   : "+r"(w), "+r"(tap), "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3)
                   : "r"(offset), "r"(last)
                   : "r0", "r1", "r2", "r3", "cc", "memory");
#undef TINYML_TAP
  sums = {s0, s1, s2, s3};
  return w;
#else
  for (; taps != end; ++taps, stream += 2) {
    const int32_t word = load_word(*taps + channel);
    const int32_t even = sxtb16(word), odd = sxtb16_ror8(word);
    sums.s0 = smlabb(even, stream[0], sums.s0);
    sums.s2 = smlatt(even, stream[0], sums.s2);
    sums.s1 = smlabb(odd, stream[1], sums.s1);
    sums.s3 = smlatt(odd, stream[1], sums.s3);
  }
  return stream;
#endif
}

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
