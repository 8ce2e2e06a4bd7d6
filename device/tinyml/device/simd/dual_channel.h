// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/simd/dsp.h"

// Sums of int8 weights times int16 activations, two output channels a word of weights: each of its lanes is
// w_a + 256 * w_b. SMLAD of the word sums a + 256 * b, SMLAD of its sign-extended low bytes a. Innermost
// loops; assembly where they run, for compilers run out of registers here, and their C twins elsewhere.

namespace tinyml {
namespace device {
namespace dsp {

/// Two channels of three positions: the sums a and a + 256 * b of each.
struct Sums2x3 {
  int32_t a0, a1, a2, both0, both1, both2;
};

/// Adds `words` (even, at least 2) words of weights from `stream`; `columns` has the three positions' pairs
/// in turn. Returns the end of the words.
inline const int32_t* accumulate_2x3(const int32_t* stream, const int32_t* columns, int32_t words,
                                     Sums2x3& sums) {
  const int32_t* const end = columns + 3 * words;
#if TINYML_DSP_ASSEMBLY
  register int32_t a0 __asm__("r5") = sums.a0;
  register int32_t a1 __asm__("r6") = sums.a1;
  register int32_t a2 __asm__("r8") = sums.a2;
  register int32_t both0 __asm__("r9") = sums.both0;
  register int32_t both1 __asm__("r10") = sums.both1;
  register int32_t both2 __asm__("r11") = sums.both2;
  register const int32_t* w __asm__("r12") = stream;
  register const int32_t* x __asm__("lr") = columns;
  const int32_t* volatile last = end;
#define TINYML_STEP_2X3(word) \
  "ldmia lr!, {r0, r1, r2}\n" \
  "smlad r9, r0, " word       \
  ", r9\n"                    \
  "smlad r10, r1, " word      \
  ", r10\n"                   \
  "smlad r11, r2, " word      \
  ", r11\n"                   \
  "sxtb16 " word ", " word    \
  "\n"                        \
  "smlad r5, r0, " word       \
  ", r5\n"                    \
  "smlad r6, r1, " word       \
  ", r6\n"                    \
  "smlad r8, r2, " word ", r8\n"
  __asm__ volatile(
      "1:\n"
      "ldrd r3, r4, [r12], #8\n" TINYML_STEP_2X3("r3") TINYML_STEP_2X3("r4")
      "ldr r3, %[last]\n"
      "cmp lr, r3\n"
      "bne 1b\n"
      : "+r"(w), "+r"(x), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(both0), "+r"(both1), "+r"(both2)
      : [last] "m"(last)
      : "r0", "r1", "r2", "r3", "r4", "cc", "memory");
  sums = {a0, a1, a2, both0, both1, both2};
  return w;
#undef TINYML_STEP_2X3
#else
  for (; columns != end; columns += 3) {
    const int32_t w = *stream++, low = sxtb16(w);
    sums.both0 = smlad(columns[0], w, sums.both0);
    sums.both1 = smlad(columns[1], w, sums.both1);
    sums.both2 = smlad(columns[2], w, sums.both2);
    sums.a0 = smlad(columns[0], low, sums.a0);
    sums.a1 = smlad(columns[1], low, sums.a1);
    sums.a2 = smlad(columns[2], low, sums.a2);
  }
  return stream;
#endif
}

/// Two pairs of channels of one position.
struct Sums4x1 {
  int32_t a, ab, c, cd;
};

/// Adds `pairs` (even, at least 2) pairs of activations; each takes two words of `stream`. Returns their end.
inline const int32_t* accumulate_4x1(const int32_t* stream, const int32_t* column, int32_t pairs,
                                     Sums4x1& sums) {
  const int32_t* const end = column + pairs;
#if TINYML_DSP_ASSEMBLY
  register int32_t a __asm__("r6") = sums.a;
  register int32_t ab __asm__("r8") = sums.ab;
  register int32_t c __asm__("r9") = sums.c;
  register int32_t cd __asm__("r10") = sums.cd;
  register const int32_t* w __asm__("r12") = stream;
  register const int32_t* x __asm__("lr") = column;
  register const int32_t* last __asm__("r11") = end;
#define TINYML_STEP_4X1(pair, w0, w1) \
  "smlad r8, " pair ", " w0           \
  ", r8\n"                            \
  "smlad r10, " pair ", " w1          \
  ", r10\n"                           \
  "sxtb16 " w0 ", " w0                \
  "\n"                                \
  "sxtb16 " w1 ", " w1                \
  "\n"                                \
  "smlad r6, " pair ", " w0           \
  ", r6\n"                            \
  "smlad r9, " pair ", " w1 ", r9\n"
  __asm__ volatile(
      "1:\n"
      "ldrd r0, r1, [lr], #8\n"
      "ldmia r12!, {r2, r3, r4, r5}\n" TINYML_STEP_4X1("r0", "r2", "r3") TINYML_STEP_4X1("r1", "r4", "r5")
      "cmp lr, r11\n"
      "bne 1b\n"
      : "+r"(w), "+r"(x), "+r"(a), "+r"(ab), "+r"(c), "+r"(cd)
      : "r"(last)
      : "r0", "r1", "r2", "r3", "r4", "r5", "cc", "memory");
#undef TINYML_STEP_4X1
  sums = {a, ab, c, cd};
  return w;
#else
  for (; column != end; ++column, stream += 2) {
    sums.ab = smlad(column[0], stream[0], sums.ab);
    sums.cd = smlad(column[0], stream[1], sums.cd);
    sums.a = smlad(column[0], sxtb16(stream[0]), sums.a);
    sums.c = smlad(column[0], sxtb16(stream[1]), sums.c);
  }
  return stream;
#endif
}

/// The second channel's sum of a pair; exact below 2^23.
inline int32_t second_of(int32_t both, int32_t first) {
  return static_cast<int32_t>(static_cast<uint32_t>(both) - static_cast<uint32_t>(first)) >> 8;
}

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
