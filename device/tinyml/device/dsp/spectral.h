// SPDX-License-Identifier: Apache-2.0
#pragma once

// Spectral analysis of interleaved int16 samples as int8 features, in integers only: Butterworth filter, mean
// removal, statistics, the largest power of each FFT bin over blocks, its logarithm. The same bits on every
// core.
//
// Against float64, on noise, sines, steps and impulses from one LSB to clipping, for a root mean square R of
// at least 2^-8 LSB behind the filter: R within 2^-12 of itself and 2^-10 LSB, its skewness and kurtosis m
// within 2^-9 (1 + |m|) + 2^-10 / R, those of the spectrum within 2^-7 (1 + |m|) + 2^-9 / R, log10 of a bin
// within 2^-8 if the bin is at most 60 dB below the loudest and above 10^-5 LSB^2.

#include <stdint.h>

#include "tinyml/device/dsp/butterworth.h"
#include "tinyml/device/dsp/feature_affine.h"
#include "tinyml/device/dsp/fft.h"
#include "tinyml/device/dsp/log2.h"
#include "tinyml/device/dsp/statistics.h"

namespace tinyml {
namespace device {

struct SpectralParams {
  int32_t frames;
  int32_t channels;
  int32_t frame_samples;  // of each channel, at most 65,536
  int32_t hop_samples;
  int32_t fraction_bits;    // that the samples get before the filter
  int32_t order;            // 0: no filter
  int32_t high_pass;        // 0 or 1
  int32_t fft_size;         // a power of two, at least 16
  int32_t normalised_bits;  // 30 - log2(fft_size)
  int32_t block_step;
  int32_t first_bin, last_bin;  // of the features
  int32_t log;                  // 0 or 1

  template <class Visit>
  void for_each(Visit visit) const {
    visit("frames", frames);
    visit("channels", channels);
    visit("frame_samples", frame_samples);
    visit("hop_samples", hop_samples);
    visit("fraction_bits", fraction_bits);
    visit("order", order);
    visit("high_pass", high_pass);
    visit("fft_size", fft_size);
    visit("normalised_bits", normalised_bits);
    visit("block_step", block_step);
    visit("first_bin", first_bin);
    visit("last_bin", last_bin);
    visit("log", log);
  }
};

/// Bytes of scratch that spectral needs.
constexpr int64_t spectral_scratch_bytes(int64_t frame_samples, int64_t fft_size) {
  return 8 * (fft_size / 2 + 1) + 4 * fft_size + 4 * frame_samples;
}

namespace detail {

/// Raises held [fft_size / 2 + 1] to the power of each bin over the blocks of values [frame_samples], none
/// above 2^normalised_bits. `z`: [fft_size / 2].
template <class P>
void hold_spectrum(const P& p, const int32_t* values, const int16_t* twiddles, uint64_t* held,
                   Complex<FixedArithmetic>* z) {
  const int32_t n = p.fft_size / 2;
  const auto hold = [&](int32_t k, uint64_t power) {
    if (power > held[k]) held[k] = power;
  };
  for (int32_t start = 0; start < p.frame_samples; start += p.block_step) {
    const int32_t* block = values + start;
    const int32_t count = p.frame_samples - start < p.fft_size ? p.frame_samples - start : p.fft_size;
    BitReversedIndex index(n);
    for (int32_t t = 0; t < p.fft_size; t += 2, index.next()) {
      z[index.value()] = {t < count ? block[t] : 0, t + 1 < count ? block[t + 1] : 0};
    }
    complex_fft(z, n, twiddles);
    split_real_spectrum(z, n, twiddles);
    hold(0, square(z[0].re + z[0].im));
    hold(n, square(z[0].re - z[0].im));
    for (int32_t k = 1; k < n; ++k) hold(k, square(z[k].re) + square(z[k].im));
  }
}

inline int32_t bit_length(uint64_t value) {
  const uint32_t high = static_cast<uint32_t>(value >> 32), low = static_cast<uint32_t>(value);
  return high ? 64 - __builtin_clz(high) : low ? 32 - __builtin_clz(low) : 0;
}

}  // namespace detail

/// One frame: samples [frame_samples, channels] -> output [channels, 5 + last_bin - first_bin + 1].
/// Tables: `sections` see butterworth; `twiddles` [fft_size / 4][2] cosine and sine in Q15; `log2_table`
/// [kLog2Intervals + 1]; `silence` [channels] the level of a bin without power; `affine` [features,
/// kAffineSize]: root mean square as a magnitude of values with fraction_bits, moments with kMomentBits, bins
/// either as log2 in Q15 of |FFT|^2 of those values or as a magnitude of it. `scratch`:
/// spectral_scratch_bytes, aligned to 8.
template <class P>
void spectral_frame(const P& p, const int16_t* samples, const int32_t* sections, const int16_t* twiddles,
                    const uint16_t* log2_table, const int32_t* silence, const int32_t* affine, int8_t* output,
                    void* scratch) {
  const int32_t bins = p.fft_size / 2 + 1;
  uint64_t* const held = static_cast<uint64_t*>(scratch);
  auto* const z = reinterpret_cast<Complex<FixedArithmetic>*>(held + bins);
  int32_t* const values = reinterpret_cast<int32_t*>(z + p.fft_size / 2);
  const auto put = [&](const auto& feature) {
    *output++ = quantize_feature(feature, affine);
    affine += kAffineSize;
  };
  for (int32_t c = 0; c < p.channels; ++c) {
    for (int32_t i = 0; i < p.frame_samples; ++i) {
      values[i] = samples[i * p.channels + c] * (1 << p.fraction_bits);
    }
    butterworth(p, values, p.frame_samples, sections);
    const Statistics wave = statistics_of(p.frame_samples, [&](int32_t i) { return values[i]; });
    put(square_root(wave.variance));
    put(wave.skewness);
    put(wave.kurtosis);

    const int32_t above = wave.largest - wave.mean, below = wave.mean - wave.smallest;
    const int32_t reach = above > below ? above : below;
    const int32_t shift = p.normalised_bits - detail::bit_length(static_cast<uint32_t>(reach));
    const int32_t left = shift < 0 ? 0 : shift, right = shift < 0 ? -shift : 0;
    const int32_t half = right ? 1 << (right - 1) : 0;
    for (int32_t i = 0; i < p.frame_samples; ++i) {
      values[i] = ((values[i] - wave.mean) * (1 << left) + half) >> right;
    }
    for (int32_t k = 0; k < bins; ++k) held[k] = 0;
    if (reach) detail::hold_spectrum(p, values, twiddles, held, z);

    uint64_t loudest = 0;
    for (int32_t k = 0; k < bins; ++k) loudest |= held[k];
    const int32_t excess = detail::bit_length(loudest) - 30;
    const int32_t drop = excess > 0 ? excess : 0;
    const Statistics spectrum =
        statistics_of(bins, [&](int32_t k) { return static_cast<int32_t>(held[k] >> drop); });
    put(spectrum.skewness);
    put(spectrum.kurtosis);

    for (int32_t k = p.first_bin; k <= p.last_bin; ++k) {
      if (p.log) {
        put(held[k] ? log2_q15(held[k], log2_table) - shift * (2 << 15) : silence[c]);
      } else {
        put(to_magnitude(held[k], -2 * shift));
      }
    }
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples, channels] -> output
/// [frames, features].
template <class P>
void spectral(const P& p, const int16_t* samples, const int32_t* sections, const int16_t* twiddles,
              const uint16_t* log2_table, const int32_t* silence, const int32_t* affine, int8_t* output,
              void* scratch) {
  const int32_t features = p.channels * (5 + p.last_bin - p.first_bin + 1);
  for (int32_t i = 0; i < p.frames; ++i) {
    spectral_frame(p, samples + i * p.hop_samples * p.channels, sections, twiddles, log2_table, silence,
                   affine, output + i * features, scratch);
  }
}

}  // namespace device
}  // namespace tinyml
