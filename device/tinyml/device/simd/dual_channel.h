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
  int32_t a0 = sums.a0, a1 = sums.a1, a2 = sums.a2, both0 = sums.both0, both1 = sums.both1,
          both2 = sums.both2;
#if TINYML_DSP_ASSEMBLY
#define TINYML_STEP_2X3(w)      \
  "ldmia %[x]!, {r0, r1, r2}\n" \
  "smlad %[both0], r0, " w      \
  ", %[both0]\n"                \
  "smlad %[both1], r1, " w      \
  ", %[both1]\n"                \
  "smlad %[both2], r2, " w      \
  ", %[both2]\n"                \
  "sxtb16 " w ", " w            \
  "\n"                          \
  "smlad %[a0], r0, " w         \
  ", %[a0]\n"                   \
  "smlad %[a1], r1, " w         \
  ", %[a1]\n"                   \
  "smlad %[a2], r2, " w ", %[a2]\n"
  __asm__ volatile(
      "1:\n"
      "ldrd r3, r4, [%[w]], #8\n" TINYML_STEP_2X3("r3") TINYML_STEP_2X3("r4")
      "ldr r3, %[end]\n"
      "cmp %[x], r3\n"
      "bne 1b\n"
      : [w] "+r"(stream), [x] "+r"(columns), [a0] "+r"(a0), [a1] "+r"(a1), [a2] "+r"(a2),
        [both0] "+r"(both0), [both1] "+r"(both1), [both2] "+r"(both2)
      : [end] "m"(end)
      : "r0", "r1", "r2", "r3", "r4", "cc", "memory");
#undef TINYML_STEP_2X3
#else
  for (; columns != end; columns += 3) {
    const int32_t w = *stream++, low = sxtb16(w);
    both0 = smlad(columns[0], w, both0);
    both1 = smlad(columns[1], w, both1);
    both2 = smlad(columns[2], w, both2);
    a0 = smlad(columns[0], low, a0);
    a1 = smlad(columns[1], low, a1);
    a2 = smlad(columns[2], low, a2);
  }
#endif
  sums = {a0, a1, a2, both0, both1, both2};
  return stream;
}

/// Two pairs of channels of one position.
struct Sums4x1 {
  int32_t a, ab, c, cd;
};

/// Adds `pairs` (even, at least 2) pairs of activations; each takes two words of `stream`. Returns their end.
inline const int32_t* accumulate_4x1(const int32_t* stream, const int32_t* column, int32_t pairs,
                                     Sums4x1& sums) {
  const int32_t* const end = column + pairs;
  int32_t a = sums.a, ab = sums.ab, c = sums.c, cd = sums.cd;
#if TINYML_DSP_ASSEMBLY
#define TINYML_STEP_4X1(x, w0, w1) \
  "smlad %[ab], " x ", " w0        \
  ", %[ab]\n"                      \
  "smlad %[cd], " x ", " w1        \
  ", %[cd]\n"                      \
  "sxtb16 " w0 ", " w0             \
  "\n"                             \
  "sxtb16 " w1 ", " w1             \
  "\n"                             \
  "smlad %[a], " x ", " w0         \
  ", %[a]\n"                       \
  "smlad %[c], " x ", " w1 ", %[c]\n"
  __asm__ volatile(
      "1:\n"
      "ldrd r0, r1, [%[x]], #8\n"
      "ldmia %[w]!, {r2, r3, r4, r5}\n" TINYML_STEP_4X1("r0", "r2", "r3")
          TINYML_STEP_4X1("r1", "r4", "r5")
      "ldr r0, %[end]\n"
      "cmp %[x], r0\n"
      "bne 1b\n"
      : [w] "+r"(stream), [x] "+r"(column), [a] "+r"(a), [ab] "+r"(ab), [c] "+r"(c), [cd] "+r"(cd)
      : [end] "m"(end)
      : "r0", "r1", "r2", "r3", "r4", "r5", "cc", "memory");
#undef TINYML_STEP_4X1
#else
  for (; column != end; ++column, stream += 2) {
    ab = smlad(column[0], stream[0], ab);
    cd = smlad(column[0], stream[1], cd);
    a = smlad(column[0], sxtb16(stream[0]), a);
    c = smlad(column[0], sxtb16(stream[1]), c);
  }
#endif
  sums = {a, ab, c, cd};
  return stream;
}

/// The second channel's sum of a pair; exact below 2^23.
inline int32_t second_of(int32_t both, int32_t first) {
  return static_cast<int32_t>(static_cast<uint32_t>(both) - static_cast<uint32_t>(first)) >> 8;
}

}  // namespace dsp
}  // namespace device
}  // namespace tinyml
