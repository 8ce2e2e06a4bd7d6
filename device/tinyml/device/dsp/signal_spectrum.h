// SPDX-License-Identifier: Apache-2.0
#pragma once

// From samples to the energy of their spectrum with the integer arithmetic of TensorFlow Lite Micro's signal
// library: the window, the scaling before the FFT, the FFT (that of KISS FFT for 16 bits) and the energy.

#include <stdint.h>

namespace tinyml {
namespace device {

struct SignalWindowParams {
  int32_t frames, size, shift;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("frames", frames), visit("size", size), visit("shift", shift);
  }
};

/// input and output [frames][size], window [size].
template <class P>
void signal_window(const P& p, const int16_t* input, const int16_t* window, int16_t* output) {
  for (int32_t frame = 0; frame < p.frames; ++frame, input += p.size, output += p.size) {
    for (int32_t i = 0; i < p.size; ++i) {
      const int32_t product = (int32_t{input[i]} * window[i]) >> p.shift;
      output[i] = static_cast<int16_t>(product < -32768 ? -32768 : product > 32767 ? 32767 : product);
    }
  }
}

struct SignalSizeParams {
  int32_t size;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("size", size);
  }
};

/// How many bits `value` has: 0 for 0, 32 from 2^31 on.
inline int32_t bit_count(uint32_t value) { return value == 0 ? 0 : 32 - __builtin_clz(value); }

/// output = input << bits, with as many bits as keep the largest magnitude below 2^15. In the standard that
/// magnitude is an int16: -32768 makes it the smallest number, which the next sample replaces.
template <class P>
void signal_fft_auto_scale(const P& p, const int16_t* input, int16_t* output, int32_t* bits) {
  int16_t largest = 0;
  for (int32_t i = 0; i < p.size; ++i) {
    if (input[i] > largest) {
      largest = input[i];
    } else if (-input[i] > largest) {
      largest = static_cast<int16_t>(-input[i]);
    }
  }
  const int32_t spare = 15 - bit_count(static_cast<uint32_t>(int32_t{largest}));
  *bits = spare > 0 ? spare : 0;
  for (int32_t i = 0; i < p.size; ++i) output[i] = static_cast<int16_t>(input[i] * (1 << *bits));
}

struct SignalRfftParams {
  int32_t frames, size, fft_length;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("frames", frames), visit("size", size), visit("fft_length", fft_length);
  }
};

/// A complex number, or a rotation, of Q15 fractions.
struct ComplexQ15 {
  int16_t re, im;
};

namespace signal {

inline int16_t rounded(int32_t q30) { return static_cast<int16_t>((q30 + (1 << 14)) >> 15); }

inline ComplexQ15 operator*(ComplexQ15 a, ComplexQ15 b) {
  return {rounded(int32_t{a.re} * b.re - int32_t{a.im} * b.im),
          rounded(int32_t{a.re} * b.im + int32_t{a.im} * b.re)};
}
inline ComplexQ15 operator+(ComplexQ15 a, ComplexQ15 b) {
  return {static_cast<int16_t>(a.re + b.re), static_cast<int16_t>(a.im + b.im)};
}
inline ComplexQ15 operator-(ComplexQ15 a, ComplexQ15 b) {
  return {static_cast<int16_t>(a.re - b.re), static_cast<int16_t>(a.im - b.im)};
}
/// a / n, n being 2 or 4; the standard's product with (2^15 - 1) / n.
inline ComplexQ15 over(int32_t n, ComplexQ15 a) {
  return {rounded(a.re * (32767 / n)), rounded(a.im * (32767 / n))};
}

/// Where the complex FFT of `n` points in place wants input `i`: radix 4, the innermost 2 where it must be.
inline int32_t digit_reversed(int32_t i, int32_t n) {
  int32_t place = 0;
  for (int32_t step = 1; n > 1;) {
    const int32_t radix = (n & 3) == 0 ? 4 : 2;
    n /= radix;
    place += i / n * step;
    i &= n - 1;
    step *= radix;
  }
  return place;
}

/// Of `n` points, over n. twiddles: exp(-2 pi i k / n).
inline void complex_fft_q15(ComplexQ15* z, int32_t n, const ComplexQ15* twiddles) {
  int32_t m = 1;
  for (int32_t rest = n; rest > 1; rest >>= 2) m = rest == 2 ? 2 : m;
  if (m == 2) {
    for (int32_t i = 0; i < n; i += 2) {
      const ComplexQ15 a = over(2, z[i]), b = over(2, z[i + 1]) * twiddles[0];
      z[i] = a + b;
      z[i + 1] = a - b;
    }
  }
  for (; m < n; m *= 4) {
    const int32_t stride = n / (4 * m);
    for (int32_t block = 0; block < n; block += 4 * m) {
      for (int32_t k = 0; k < m; ++k) {
        ComplexQ15* at = z + block + k;
        const ComplexQ15 a = over(4, at[0]), b = over(4, at[m]) * twiddles[k * stride];
        const ComplexQ15 c = over(4, at[2 * m]) * twiddles[2 * k * stride];
        const ComplexQ15 d = over(4, at[3 * m]) * twiddles[3 * k * stride];
        const ComplexQ15 difference = a - c, sum = a + c, odd = b + d, turned = b - d;
        at[0] = sum + odd;
        at[m] = difference + ComplexQ15{turned.im, static_cast<int16_t>(-turned.re)};
        at[2 * m] = sum - odd;
        at[3 * m] = difference - ComplexQ15{turned.im, static_cast<int16_t>(-turned.re)};
      }
    }
  }
}

}  // namespace signal

/// input [frames][size], output [frames][fft_length + 2], scratch fft_length values. Of n = fft_length / 2,
/// twiddles: exp(-2 pi i k / n), k < n; half_twiddles: exp(-pi i (k / n + 1 / 2)), k = 1 .. n / 2; both as
/// real and imaginary parts in Q15.
template <class P>
void signal_rfft(const P& p, const int16_t* input, const int16_t* twiddles, const int16_t* half_twiddles,
                 int16_t* output, void* scratch) {
  using namespace signal;
  const int32_t n = p.fft_length / 2;
  ComplexQ15* z = static_cast<ComplexQ15*>(scratch);
  const ComplexQ15* half_rotations = reinterpret_cast<const ComplexQ15*>(half_twiddles);
  for (int32_t frame = 0; frame < p.frames; ++frame, input += p.size, output += p.fft_length + 2) {
    const auto sample = [&](int32_t i) { return i < p.size ? input[i] : int16_t{0}; };
    for (int32_t i = 0; i < n; ++i) {
      const int32_t from = 2 * digit_reversed(i, n);
      z[i] = {sample(from), sample(from + 1)};
    }
    complex_fft_q15(z, n, reinterpret_cast<const ComplexQ15*>(twiddles));
    ComplexQ15* bins = reinterpret_cast<ComplexQ15*>(output);
    const ComplexQ15 first = over(2, z[0]);
    bins[0] = {static_cast<int16_t>(first.re + first.im), 0};
    bins[n] = {static_cast<int16_t>(first.re - first.im), 0};
    for (int32_t k = 1; k <= n / 2; ++k) {
      const ComplexQ15 a = over(2, z[k]);
      const ComplexQ15 b = over(2, {z[n - k].re, static_cast<int16_t>(-z[n - k].im)});
      const ComplexQ15 even = a + b, odd = (a - b) * half_rotations[k - 1];
      bins[k] = {static_cast<int16_t>((even.re + odd.re) >> 1),
                 static_cast<int16_t>((even.im + odd.im) >> 1)};
      bins[n - k] = {static_cast<int16_t>((even.re - odd.re) >> 1),
                     static_cast<int16_t>((odd.im - even.im) >> 1)};
    }
  }
}

struct SignalEnergyParams {
  int32_t size, start, end;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("size", size), visit("start", start), visit("end", end);
  }
};

/// input [size][2], output [size].
template <class P>
void signal_energy(const P& p, const int16_t* input, uint32_t* output) {
  for (int32_t i = 0; i < p.size; ++i) {
    const int32_t re = input[2 * i], im = input[2 * i + 1];
    const bool inside = i >= p.start && i < p.end;
    output[i] = inside ? static_cast<uint32_t>(re * re) + static_cast<uint32_t>(im * im) : 0;
  }
}

}  // namespace device
}  // namespace tinyml
