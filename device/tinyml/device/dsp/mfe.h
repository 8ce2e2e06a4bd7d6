// SPDX-License-Identifier: Apache-2.0
#pragma once

// Log-mel filterbank energies of int16 samples as int8, in integers only: Hann window, block normalisation,
// real FFT, power, triangular mel bands, log2, affine map. The same bits on every core.
//
// Against the same chain in float64, rounded: at most one count of difference for every band above -90 dB and
// within 80 dB of the frame's loudest band. Further below a full-scale tone, Q15 twiddles blur it.

#include <stdint.h>

#include "tinyml/device/dsp/fft.h"
#include "tinyml/device/dsp/log2.h"

namespace tinyml {
namespace device {

/// The constants of mfe; generated code has a type of its own with these as static constexpr members.
struct MfeParams {
  int32_t frames;         // of a whole window
  int32_t frame_samples;  // at most fft_size
  int32_t hop_samples;
  int32_t fft_size;         // a power of two, at least 16
  int32_t normalised_bits;  // 30 - log2(fft_size)
  int32_t bands;
  int32_t reference;   // the level, Q15 log2, that counts as 0
  int32_t gain;        // count = level * gain / 2^(16 + gain_shift); 0 < gain < 2^15
  int32_t gain_shift;  // at least 1
};

/// Power is shifted right by this before it is weighted, so that a band's sum stays below 2^63.
constexpr int32_t kPowerShift = 12;
/// The level of a band without any energy.
constexpr int32_t kSilentLevel = -(1 << 30);

namespace detail {

/// Windows a frame, packs it as complex pairs in bit-reversed order into z[fft_size / 2] and scales it by
/// 2^shift to `normalised_bits`. Returns false for a frame of zeros.
template <class P>
bool load_frame(const P& p, const int16_t* frame, const uint16_t* window, Complex<FixedArithmetic>* z,
                int32_t* shift) {
  const int32_t n = p.fft_size / 2, samples = p.frame_samples;
  uint32_t peak = 0;
  const auto windowed = [&](int32_t t) __attribute__((always_inline))->int32_t {
    if (t >= samples) return 0;
    const int32_t value = frame[t] * window[2 * t <= samples ? t : samples - t];
    peak |= static_cast<uint32_t>(value ^ (value >> 31));
    return value;
  };
  BitReversedIndex index(n);
  for (int32_t i = 0; i < n; ++i, index.next()) {
    z[index.value()] = {windowed(2 * i), windowed(2 * i + 1)};
  }
  // A lone -1 leaves peak at 0 through value ^ sign; it is as silent as a lone +1 in the window's foot.
  if (peak == 0) return false;

  *shift = p.normalised_bits - (32 - __builtin_clz(peak));
  if (*shift >= 0) {
    for (int32_t i = 0; i < n; ++i) z[i] = {z[i].re * (1 << *shift), z[i].im * (1 << *shift)};
  } else {
    const int32_t right = -*shift, half = 1 << (right - 1);
    for (int32_t i = 0; i < n; ++i) z[i] = {(z[i].re + half) >> right, (z[i].im + half) >> right};
  }
  return true;
}

}  // namespace detail

/// The levels of one frame: calls sink(band, level) for each band in order; level is log2 of the band's power
/// in Q15, minus p.reference. Tables: `window` [frame_samples / 2 + 1] the first half of a periodic Hann
/// window in Q16; `twiddles` [fft_size / 4][2] cosine and sine in Q15; `mel_starts` [bands + 2] the first bin
/// at or above each edge of the bands; `mel_weights` [mel_starts[bands + 1] - mel_starts[0]] the rise of each
/// bin between the edges around it, in Q16 (one band falls as the next rises); `log2_table`
/// [kLog2Intervals + 1]. `scratch`: int32_t[fft_size], aligned.
template <class P, class Sink>
void log_mel_frame(const P& p, const int16_t* frame, const uint16_t* window, const int16_t* twiddles,
                   const uint16_t* mel_starts, const uint16_t* mel_weights, const uint16_t* log2_table,
                   void* scratch, Sink&& sink) {
  Complex<FixedArithmetic>* z = static_cast<Complex<FixedArithmetic>*>(scratch);
  int32_t shift = 0;
  if (!detail::load_frame(p, frame, window, z, &shift)) {
    for (int32_t band = 0; band < p.bands; ++band) sink(band, kSilentLevel);
    return;
  }
  complex_fft(z, p.fft_size / 2, twiddles);
  split_real_spectrum(z, p.fft_size / 2, twiddles);

  const int32_t offset = p.reference + shift * (2 << 15);
  const uint16_t* weight = mel_weights;
  uint64_t rising = 0;
  for (int32_t edge = 0; edge <= p.bands; ++edge) {
    uint64_t total = 0, weighted = 0;
    for (int32_t k = mel_starts[edge]; k < mel_starts[edge + 1]; ++k) {
      const uint64_t power = (square(z[k].re) + square(z[k].im)) >> kPowerShift;
      total += power;
      weighted += multiply_48x16(power, *weight++);
    }
    if (edge > 0) {
      const uint64_t energy = rising + ((total << 16) - weighted);
      sink(edge - 1, energy ? log2_q15(energy, log2_table) - offset : kSilentLevel);
    }
    rising = weighted;
  }
}

/// A level as int8: rounds to nearest and clamps.
template <class P>
inline int8_t quantize_level(const P& p, int32_t level) {
  const int32_t scaled = multiply_q16(level, static_cast<int16_t>(p.gain));
  const int32_t count = (scaled + (1 << (p.gain_shift - 1))) >> p.gain_shift;
  return static_cast<int8_t>(count < -128 ? -128 : count > 127 ? 127 : count);
}

/// One frame: samples [frame_samples] -> bands [bands]. Tables and scratch: see log_mel_frame.
template <class P>
void mfe_frame(const P& p, const int16_t* frame, const uint16_t* window, const int16_t* twiddles,
               const uint16_t* mel_starts, const uint16_t* mel_weights, const uint16_t* log2_table,
               int8_t* bands, void* scratch) {
  log_mel_frame(p, frame, window, twiddles, mel_starts, mel_weights, log2_table, scratch,
                [&](int32_t band, int32_t level) { bands[band] = quantize_level(p, level); });
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples] -> output [frames, bands], frame by
/// frame.
template <class P>
void mfe(const P& p, const int16_t* samples, const uint16_t* window, const int16_t* twiddles,
         const uint16_t* mel_starts, const uint16_t* mel_weights, const uint16_t* log2_table, int8_t* output,
         void* scratch) {
  for (int32_t i = 0; i < p.frames; ++i) {
    mfe_frame(p, samples + i * p.hop_samples, window, twiddles, mel_starts, mel_weights, log2_table,
              output + i * p.bands, scratch);
  }
}

}  // namespace device
}  // namespace tinyml
