// SPDX-License-Identifier: Apache-2.0
#pragma once

// Wavelet decomposition of interleaved int16 samples and the statistics of its bands as int8 features, in
// integers only, the same bits on every core. Filters have 30 fraction bits, products and sums are exact,
// each coefficient is rounded once to fraction_bits.
//
// Against float64, with g the sum of absolute taps of the filter from samples to approximation (1.4 for
// Haar's first level, 8 for the fifth of db4) and p = 2 g 2^-fraction_bits: percentiles and mean within p,
// standard deviation and root mean square within p and 2^-14 of themselves, variance within 2 p deviations
// and 2^-13 of itself; skewness within 2^-12 + 2^-14 sqrt(n) and kurtosis within 2^-12 and 2^-13 of itself,
// both plus p / deviation times 4 (1 + |skewness|) and 8 (3 + |kurtosis|); entropy within 0.02 and crossings
// exact where no value lies on the edge of a bin or on the level that it crosses.

#include <stdint.h>
#include <string.h>

#include "tinyml/device/dsp/feature_affine.h"
#include "tinyml/device/dsp/log2.h"
#include "tinyml/device/dsp/statistics.h"

namespace tinyml {
namespace device {

struct WaveletParams {
  int32_t frames;
  int32_t channels;
  int32_t frame_samples;  // of each channel, at most 16,384
  int32_t hop_samples;
  int32_t levels;
  int32_t taps;           // of a filter; even, at most each level's input + 1
  int32_t fraction_bits;  // of samples and coefficients, such that none reaches 2^30

  template <class Visit>
  void for_each(Visit visit) const {
    visit("frames", frames);
    visit("channels", channels);
    visit("frame_samples", frame_samples);
    visit("hop_samples", hop_samples);
    visit("levels", levels);
    visit("taps", taps);
    visit("fraction_bits", fraction_bits);
  }
};

/// Features of a band: entropy, zero crossings, mean crossings, 5th, 25th, 75th, 95th percentile, median,
/// mean, standard deviation, variance, root mean square, skewness, kurtosis.
constexpr int32_t kWaveletStatistics = 14;
constexpr int32_t kWaveletFilterBits = 30;
constexpr int32_t kWaveletBins = 100;
/// Fraction bits of the sum from which the entropy comes.
constexpr int32_t kWaveletEntropyBits = 12;

/// Coefficients in each of the two bands of `samples` values.
constexpr int32_t wavelet_band_size(int32_t samples, int32_t taps) { return (samples + taps - 1) / 2; }

/// Bytes of scratch that wavelet needs.
constexpr int64_t wavelet_scratch_bytes(int64_t frame_samples, int64_t taps) {
  return 4 * (frame_samples + 2 * taps - 3 + (frame_samples + taps - 1) / 2);
}

namespace detail {

/// One level: values [count] at signal + taps - 2 -> approximation [band size] at signal and details
/// [band size]. Before the first value and behind the last they repeat in reverse ("symmetric", half a sample
/// off the edge). `filters` [2, taps]: low-pass, high-pass, both reversed.
inline int32_t split_bands(int32_t* signal, int32_t count, const int32_t* filters, int32_t taps,
                           int32_t* details) {
  int32_t* const values = signal + taps - 2;
  for (int32_t i = 0; i < taps - 2; ++i) values[-1 - i] = values[i];
  for (int32_t i = 0; i < taps - 1; ++i) values[count + i] = values[count - 1 - i];
  const int32_t size = wavelet_band_size(count, taps);
  const int64_t half = INT64_C(1) << (kWaveletFilterBits - 1);
  for (int32_t o = 0; o < size; ++o) {
    const int32_t* window = signal + 2 * o;
    int64_t low = half, high = half;
    for (int32_t k = 0; k < taps; ++k) {
      low += multiply_wide(window[k], filters[k]);
      high += multiply_wide(window[k], filters[taps + k]);
    }
    signal[o] = static_cast<int32_t>(low >> kWaveletFilterBits);
    details[o] = static_cast<int32_t>(high >> kWaveletFilterBits);
  }
  return size;
}

/// Shell's sort with gaps 0.45 apart.
inline void sort_ascending(int32_t* values, int32_t count) {
  for (int32_t gap = count; gap > 1;) {
    gap = gap < 5 ? 1 : (gap * 29) >> 6;
    for (int32_t i = gap; i < count; ++i) {
      const int32_t value = values[i];
      int32_t at = i;
      for (; at >= gap && values[at - gap] > value; at -= gap) values[at] = values[at - gap];
      values[at] = value;
    }
  }
}

/// How often value > level changes along the values.
inline int32_t crossings(const int32_t* values, int32_t count, int32_t level) {
  int32_t changes = 0;
  for (int32_t i = 1; i < count; ++i) changes += (values[i] > level) != (values[i - 1] > level);
  return changes;
}

/// The sum of c log2 c over the counts c of sorted values in kWaveletBins bins of one width from the first to
/// the last, with kWaveletEntropyBits fraction bits. A value on an edge belongs to the bin above, the last
/// one to the last bin.
inline int32_t sum_of_count_logs(const int32_t* sorted, int32_t count, const uint16_t* log2_table) {
  const uint32_t first = static_cast<uint32_t>(sorted[0]);
  const uint32_t range = static_cast<uint32_t>(sorted[count - 1]) - first;
  const uint32_t quotient = range / kWaveletBins, remainder = range % kWaveletBins;
  uint32_t edge = 0, fraction = 0;
  int32_t sum = 0, held = 0;
  const auto close = [&]() {
    const int32_t shift = 15 - kWaveletEntropyBits;
    if (held > 1) {
      sum += held * ((log2_q15(static_cast<uint32_t>(held), log2_table) + (1 << (shift - 1))) >> shift);
    }
    held = 0;
  };
  int32_t i = 0;
  for (int32_t bin = 1; bin < kWaveletBins && i < count; ++bin) {
    edge += quotient;
    fraction += remainder;
    if (fraction >= kWaveletBins) {
      fraction -= kWaveletBins;
      ++edge;
    }
    const uint32_t upper = edge + (fraction != 0);
    for (; i < count && static_cast<uint32_t>(sorted[i]) - first < upper; ++i) ++held;
    close();
  }
  held = count - i;
  close();
  return sum;
}

/// The features of a band, whose values get sorted.
inline void quantize_band(int32_t* values, int32_t count, const uint16_t* log2_table, const int32_t* affine,
                          int8_t* output) {
  const auto put = [&](const auto& feature) {
    *output++ = quantize_feature(feature, affine);
    affine += kAffineSize;
  };
  const Statistics s = statistics_of(count, [&](int32_t i) { return values[i]; });
  const int32_t zero_crossings = crossings(values, count, 0),
                mean_crossings = crossings(values, count, s.mean);
  sort_ascending(values, count);
  const auto percentile = [&](int32_t percent) { return values[((count - 1) * percent + 50) / 100]; };
  put(-sum_of_count_logs(values, count, log2_table));
  put(zero_crossings);
  put(mean_crossings);
  put(percentile(5));
  put(percentile(25));
  put(percentile(75));
  put(percentile(95));
  put(percentile(50));
  put(s.mean);
  put(square_root(s.variance));
  put(s.variance);
  put(root_mean_square(s));
  put(s.skewness);
  put(s.kurtosis);
}

}  // namespace detail

/// One frame: samples [frame_samples, channels] -> output [channels, levels + 1, kWaveletStatistics]: bands
/// from the approximation to the finest details. Each channel's mean is removed first. `filters` see
/// split_bands; `log2_table` [kLog2Intervals + 1]; `affine` [features, kAffineSize]: entropy as the negative
/// of sum_of_count_logs, crossings as counts, percentiles and mean with fraction_bits, standard deviation,
/// variance and root mean square as magnitudes of such values, the rest with kMomentBits. `scratch`:
/// wavelet_scratch_bytes, aligned to 4.
template <class P>
void wavelet_frame(const P& p, const int16_t* samples, const int32_t* filters, const uint16_t* log2_table,
                   const int32_t* affine, int8_t* output, void* scratch) {
  int32_t* const signal = static_cast<int32_t*>(scratch);
  int32_t* const values = signal + p.taps - 2;
  int32_t* const details = values + p.frame_samples + p.taps - 1;
  const int32_t channel_features = (p.levels + 1) * kWaveletStatistics;
  for (int32_t c = 0; c < p.channels;
       ++c, affine += channel_features * kAffineSize, output += channel_features) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p.frame_samples; ++i) {
      const int32_t sample = samples[i * p.channels + c];
      sum += sample;
      values[i] = sample * (1 << p.fraction_bits);
    }
    const int32_t mean = static_cast<int32_t>(
        detail::divide_rounded(static_cast<int64_t>(sum) * (1 << p.fraction_bits), p.frame_samples));
    for (int32_t i = 0; i < p.frame_samples; ++i) values[i] -= mean;

    int32_t count = p.frame_samples;
    for (int32_t level = 1; level <= p.levels; ++level) {
      if (level > 1) memmove(values, signal, static_cast<size_t>(count) * sizeof(int32_t));
      count = detail::split_bands(signal, count, filters, p.taps, details);
      const int32_t band = p.levels + 1 - level;
      detail::quantize_band(details, count, log2_table, affine + band * kWaveletStatistics * kAffineSize,
                            output + band * kWaveletStatistics);
    }
    detail::quantize_band(signal, count, log2_table, affine, output);
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples, channels] -> output
/// [frames, features].
template <class P>
void wavelet(const P& p, const int16_t* samples, const int32_t* filters, const uint16_t* log2_table,
             const int32_t* affine, int8_t* output, void* scratch) {
  for (int32_t i = 0; i < p.frames; ++i) {
    wavelet_frame(p, samples + i * p.hop_samples * p.channels, filters, log2_table, affine,
                  output + i * p.channels * (p.levels + 1) * kWaveletStatistics, scratch);
  }
}

}  // namespace device
}  // namespace tinyml
