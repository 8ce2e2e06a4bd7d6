// SPDX-License-Identifier: Apache-2.0
// The arithmetic that the compiler calls on an lx106, which multiplies 32 x 32 bits to 32 and does not
// divide, and that its packaged libgcc lacks.
#include <stdint.h>

namespace {

inline int leading_zeros(uint32_t value) { return value == 0 ? 32 : __builtin_clz(value); }

inline int leading_zeros(uint64_t value) {
  const uint32_t high = static_cast<uint32_t>(value >> 32);
  return high != 0 ? leading_zeros(high) : 32 + leading_zeros(static_cast<uint32_t>(value));
}

/// Returns n / d and leaves the remainder in n.
template <class Unsigned>
inline Unsigned divide(Unsigned& n, Unsigned d) {
  if (d > n) return 0;
  int shift = leading_zeros(d) - leading_zeros(n);
  Unsigned quotient = 0;
  for (d <<= shift; shift >= 0; --shift, d >>= 1) {
    quotient <<= 1;
    if (n >= d) n -= d, quotient |= 1;
  }
  return quotient;
}

template <class Unsigned, class Signed>
inline Unsigned magnitude(Signed value) {
  return value < 0 ? Unsigned{0} - static_cast<Unsigned>(value) : static_cast<Unsigned>(value);
}

template <class Unsigned, class Signed>
inline Signed divide_signed(Signed n, Signed d) {
  Unsigned rest = magnitude<Unsigned>(n);
  const Unsigned quotient = divide(rest, magnitude<Unsigned>(d));
  return static_cast<Signed>((n < 0) != (d < 0) ? Unsigned{0} - quotient : quotient);
}

}  // namespace

extern "C" {

uint32_t __udivsi3(uint32_t n, uint32_t d) { return divide(n, d); }

uint32_t __umodsi3(uint32_t n, uint32_t d) {
  divide(n, d);
  return n;
}

int32_t __divsi3(int32_t n, int32_t d) { return divide_signed<uint32_t>(n, d); }

uint64_t __udivdi3(uint64_t n, uint64_t d) { return divide(n, d); }

uint64_t __umoddi3(uint64_t n, uint64_t d) {
  divide(n, d);
  return n;
}

int64_t __divdi3(int64_t n, int64_t d) { return divide_signed<uint64_t>(n, d); }

uint64_t __muldi3(uint64_t a, uint64_t b) {
  const uint32_t a_word = static_cast<uint32_t>(a), b_word = static_cast<uint32_t>(b);
  const uint32_t a_low = a_word & 0xffff, a_high = a_word >> 16;
  const uint32_t b_low = b_word & 0xffff, b_high = b_word >> 16;
  const uint32_t low = a_low * b_low, cross = a_low * b_high;
  const uint32_t middle = a_high * b_low + (low >> 16) + (cross & 0xffff);  // below 2^32
  const uint32_t high = a_high * b_high + (cross >> 16) + (middle >> 16) +
                        a_word * static_cast<uint32_t>(b >> 32) + static_cast<uint32_t>(a >> 32) * b_word;
  return static_cast<uint64_t>(high) << 32 | (middle << 16) | (low & 0xffff);
}
}
