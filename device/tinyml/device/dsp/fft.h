// SPDX-License-Identifier: Apache-2.0
#pragma once

// The real FFT of 2N points as a complex one of N (decimation in time, radix 4 after at most one radix-2
// stage, no scaling), in place, for fixed point and for float from one source.
// Method: Cooley and Tukey 1965; the split of a packed real sequence: Brigham, The Fast Fourier Transform.

#include <stdint.h>

#include "tinyml/device/simd/multiply.h"

namespace tinyml {
namespace device {

/// int32 data, Q15 twiddles. Exact but for one rounding down a product. With |x| <= 2^(30 - log2(points))
/// in, nothing overflows.
struct FixedArithmetic {
  using Value = int32_t;
  using Twiddle = int16_t;

  static TINYML_ALWAYS_INLINE int32_t half(int32_t a) { return a >> 1; }
  /// a*c + b*d.
  static TINYML_ALWAYS_INLINE int32_t dot(int32_t a, int16_t c, int32_t b, int16_t d) {
    return multiply_add_q16(multiply_q16(a, c), b, d) * 2;
  }
  /// a*c - b*d.
  static TINYML_ALWAYS_INLINE int32_t cross(int32_t a, int16_t c, int32_t b, int16_t d) {
    return (multiply_q16(a, c) - multiply_q16(b, d)) * 2;
  }
};

struct FloatArithmetic {
  using Value = float;
  using Twiddle = float;

  static TINYML_ALWAYS_INLINE float half(float a) { return 0.5f * a; }
  static TINYML_ALWAYS_INLINE float dot(float a, float c, float b, float d) { return a * c + b * d; }
  static TINYML_ALWAYS_INLINE float cross(float a, float c, float b, float d) { return a * c - b * d; }
};

/// exp(-i angle) as cosine and sine.
template <class A>
struct Rotation {
  typename A::Twiddle cosine, sine;
};

template <class A>
struct Complex {
  typename A::Value re, im;
};

template <class A>
TINYML_ALWAYS_INLINE Complex<A> operator*(const Complex<A>& z, const Rotation<A>& w) {
  return {A::dot(z.re, w.cosine, z.im, w.sine), A::cross(z.im, w.cosine, z.re, w.sine)};
}
template <class A>
TINYML_ALWAYS_INLINE Complex<A> operator+(const Complex<A>& a, const Complex<A>& b) {
  return {a.re + b.re, a.im + b.im};
}
template <class A>
TINYML_ALWAYS_INLINE Complex<A> operator-(const Complex<A>& a, const Complex<A>& b) {
  return {a.re - b.re, a.im - b.im};
}

/// The rotation by `step` points of a circle of `points`, 0 < step < 3/4 points. `table`: cosine and sine of
/// the first quarter, points / 4 pairs.
template <class A>
TINYML_ALWAYS_INLINE Rotation<A> rotation(const typename A::Twiddle* table, int32_t points, int32_t step) {
  const int32_t quarter = points >> 2;
  const typename A::Twiddle* pair = table + 2 * (step & (quarter - 1));
  using Twiddle = typename A::Twiddle;
  if (step < quarter) return {pair[0], pair[1]};
  if (step < 2 * quarter) return {static_cast<Twiddle>(-pair[1]), pair[0]};
  return {static_cast<Twiddle>(-pair[0]), static_cast<Twiddle>(-pair[1])};
}

/// Visits 0 .. count-1 in bit-reversed order; count is a power of two.
class BitReversedIndex {
 public:
  explicit BitReversedIndex(int32_t count) : half_(count >> 1) {}
  int32_t value() const { return value_; }
  void next() {
    int32_t bit = half_;
    while (value_ & bit) {
      value_ ^= bit;
      bit >>= 1;
    }
    value_ |= bit;
  }

 private:
  int32_t half_;
  int32_t value_ = 0;
};

/// One radix-4 butterfly of four blocks `m` apart, whose order is bit-reversed: 0, 2, 1, 3.
template <class A>
TINYML_ALWAYS_INLINE void butterfly(Complex<A>* z, int32_t m, Complex<A> a, Complex<A> b, Complex<A> c,
                                    Complex<A> d) {
  const Complex<A> s0 = a + b, s1 = a - b, s2 = c + d, s3 = c - d;
  z[0] = s0 + s2;
  z[m] = {s1.re + s3.im, s1.im - s3.re};
  z[2 * m] = s0 - s2;
  z[3 * m] = {s1.re - s3.im, s1.im + s3.re};
}

/// The complex FFT of `n` points (a power of two, at least 4) in bit-reversed order, in place.
/// `twiddles`: the first quarter of a circle of 2n points.
template <class A>
void complex_fft(Complex<A>* z, int32_t n, const typename A::Twiddle* twiddles) {
  int32_t m = n;
  while (m > 2) m >>= 2;
  if (m == 2) {
    for (int32_t i = 0; i < n; i += 2) {
      const Complex<A> a = z[i], b = z[i + 1];
      z[i] = a + b;
      z[i + 1] = a - b;
    }
  }
  int32_t step = m == 2 ? n >> 2 : n >> 1;
  for (; m < n; m *= 4, step >>= 2) {
    for (int32_t i = 0; i < n; i += 4 * m) {
      butterfly(z + i, m, z[i], z[i + m], z[i + 2 * m], z[i + 3 * m]);
    }
    for (int32_t j = 1; j < m; ++j) {
      const Rotation<A> w1 = rotation<A>(twiddles, 2 * n, j * step);
      const Rotation<A> w2 = rotation<A>(twiddles, 2 * n, 2 * j * step);
      const Rotation<A> w3 = rotation<A>(twiddles, 2 * n, 3 * j * step);
      for (int32_t i = j; i < n; i += 4 * m) {
        butterfly(z + i, m, z[i], z[i + m] * w2, z[i + 2 * m] * w1, z[i + 3 * m] * w3);
      }
    }
  }
}

/// Turns the complex FFT of n packed pairs (x[2i], x[2i+1]) into bins 1 .. n-1 of the real FFT of 2n points,
/// in place; bin 0 is left undefined.
template <class A>
void split_real_spectrum(Complex<A>* z, int32_t n, const typename A::Twiddle* twiddles) {
  for (int32_t k = 1; k < n / 2; ++k) {
    const Complex<A> a = z[k], b = z[n - k];
    const Complex<A> even = {A::half(a.re + b.re), A::half(a.im - b.im)};
    const Complex<A> odd = Complex<A>{a.im + b.im, b.re - a.re} * rotation<A>(twiddles, 2 * n, k);
    const Complex<A> half_odd = {A::half(odd.re), A::half(odd.im)};
    z[k] = even + half_odd;
    z[n - k] = {even.re - half_odd.re, half_odd.im - even.im};
  }
  z[n / 2].im = -z[n / 2].im;
}

}  // namespace device
}  // namespace tinyml
