// SPDX-License-Identifier: Apache-2.0
// The arithmetic that the compiler calls on an lx106, which multiplies 32 x 32 bits to 32, does not divide
// and knows no floats, and that its packaged libgcc lacks: integers, and IEEE 754 single precision rounded to
// nearest even. Floats are passed as their bits.
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

constexpr uint32_t kSign = 0x80000000, kInfinity = 0x7f800000, kNan = 0x7fc00000;
constexpr uint32_t kTwiceInfinity = 2 * kInfinity;  // of bits without a sign; above it are NaNs

/// A finite float is significand_of * 2^(exponent_of - 150).
inline int32_t exponent_of(uint32_t bits) {
  const int32_t field = bits >> 23 & 0xff;
  return field == 0 ? 1 : field;
}

inline uint32_t significand_of(uint32_t bits) {
  return (bits & 0x7fffff) | ((bits & kInfinity) == 0 ? 0u : 0x800000u);
}

/// value >> shift; its last bit tells also whether a bit was lost.
inline uint32_t shift_right_sticky(uint32_t value, int32_t shift) {
  if (shift == 0) return value;
  return shift > 31 ? value != 0 : value >> shift | ((value << (32 - shift)) != 0);
}

/// significand * 2^(exponent - 158), rounded.
uint32_t to_float(uint32_t sign, int32_t exponent, uint32_t significand) {
  if (significand == 0) return sign;
  const int shift = leading_zeros(significand);
  significand <<= shift;
  exponent -= shift;
  if (exponent > 254) return sign | kInfinity;
  if (exponent < 1) {
    significand = shift_right_sticky(significand, 1 - exponent);
    exponent = 1;
  }
  // The leading bit adds one to the exponent's field, a carry of the rounding too.
  const uint32_t bits = (static_cast<uint32_t>(exponent - 1) << 23) + (significand >> 8);
  const uint32_t rest = significand & 0xff;
  return sign | (bits + (rest > 0x80 || (rest == 0x80 && (bits & 1))));
}

uint32_t add(uint32_t a, uint32_t b) {
  if (a << 1 < b << 1) {
    const uint32_t smaller = a;
    a = b;
    b = smaller;
  }
  if (a << 1 > kTwiceInfinity) return kNan;
  if (a << 1 == kTwiceInfinity) return a == (b ^ kSign) ? kNan : a;
  const int32_t exponent = exponent_of(a);
  const uint32_t large = significand_of(a) << 6;
  const uint32_t small = shift_right_sticky(significand_of(b) << 6, exponent - exponent_of(b));
  if (((a ^ b) & kSign) == 0) return to_float(a & kSign, exponent + 2, large + small);
  return large == small ? 0 : to_float(a & kSign, exponent + 2, large - small);
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

uint32_t __addsf3(uint32_t a, uint32_t b) { return add(a, b); }

uint32_t __subsf3(uint32_t a, uint32_t b) { return add(a, b ^ kSign); }

uint32_t __mulsf3(uint32_t a, uint32_t b) {
  const uint32_t sign = (a ^ b) & kSign;
  const uint32_t twice_a = a << 1, twice_b = b << 1;
  if (twice_a > kTwiceInfinity || twice_b > kTwiceInfinity) return kNan;
  if (twice_a == kTwiceInfinity || twice_b == kTwiceInfinity) {
    return twice_a == 0 || twice_b == 0 ? kNan : sign | kInfinity;
  }
  if (twice_a == 0 || twice_b == 0) return sign;
  const uint32_t x = significand_of(a), y = significand_of(b);
  const int x_shift = leading_zeros(x), y_shift = leading_zeros(y);
  const uint64_t product = __muldi3(x << x_shift, y << y_shift);
  const uint32_t high = static_cast<uint32_t>(product >> 32) | (static_cast<uint32_t>(product) != 0);
  return to_float(sign, exponent_of(a) + exponent_of(b) - x_shift - y_shift - 110, high);
}

uint32_t __floatunsisf(uint32_t value) { return to_float(0, 158, value); }

uint32_t __floatsisf(int32_t value) {
  return to_float(static_cast<uint32_t>(value) & kSign, 158, magnitude<uint32_t>(value));
}

/// 0 below 0, the largest above it.
uint32_t __fixunssfsi(uint32_t a) {
  const int32_t exponent = exponent_of(a);
  if ((a & kSign) != 0 || exponent < 127) return 0;
  return exponent > 158 ? UINT32_MAX : significand_of(a) << 8 >> (158 - exponent);
}
}
