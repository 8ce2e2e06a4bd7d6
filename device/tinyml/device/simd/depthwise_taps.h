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
  int32_t s0 = sums.s0, s1 = sums.s1, s2 = sums.s2, s3 = sums.s3;
#if TINYML_DSP_ASSEMBLY
#define TINYML_TAP                \
  "ldr r2, [%[t]], #4\n"          \
  "ldr r2, [r2, %[c]]\n"          \
  "ldrd r0, r1, [%[w]], #8\n"     \
  "sxtb16 r3, r2\n"               \
  "sxtb16 r2, r2, ror #8\n"       \
  "smlabb %[s0], r3, r0, %[s0]\n" \
  "smlatt %[s2], r3, r0, %[s2]\n" \
  "smlabb %[s1], r2, r1, %[s1]\n" \
  "smlatt %[s3], r2, r1, %[s3]\n"
  __asm__ volatile(
      "1:\n" TINYML_TAP TINYML_TAP TINYML_TAP
      "ldr r0, %[end]\n"
      "cmp %[t], r0\n"
      "bne 1b\n"
      : [w] "+r"(stream), [t] "+r"(taps), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3)
      : [c] "r"(channel), [end] "m"(end)
      : "r0", "r1", "r2", "r3", "cc", "memory");
#undef TINYML_TAP
#else
  for (; taps != end; ++taps, stream += 2) {
    const int32_t word = load_word(*taps + channel);
    const int32_t even = sxtb16(word), odd = sxtb16_ror8(word);
    s0 = smlabb(even, stream[0], s0);
    s2 = smlatt(even, stream[0], s2);
    s1 = smlabb(odd, stream[1], s1);
    s3 = smlatt(odd, stream[1], s3);
  }
#endif
  sums = {s0, s1, s2, s3};
  return stream;
}

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
