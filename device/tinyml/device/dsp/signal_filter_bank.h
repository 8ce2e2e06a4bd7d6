// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the energy of a spectrum to logarithms of its bands without noise, with the integer arithmetic of
// TensorFlow Lite Micro's signal library.

#include <string.h>

#include "tinyml/device/dsp/signal_spectrum.h"

namespace tinyml {
namespace device {

struct SignalFilterBankParams {
  int32_t channels;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("channels", channels);
  }
};

/// output: uint64 [channels], at a multiple of 4. starts, weight_starts, widths: [channels + 1].
template <class P>
void signal_filter_bank(const P& p, const uint32_t* input, const int16_t* weights, const int16_t* unweights,
                        const int16_t* starts, const int16_t* weight_starts, const int16_t* widths,
                        void* output) {
  uint8_t* to = static_cast<uint8_t*>(output);
  uint64_t carried = 0;
  for (int32_t band = 0; band <= p.channels; ++band) {
    uint64_t weighted = carried, unweighted = 0;
    for (int32_t i = 0; i < widths[band]; ++i) {
      const uint64_t energy = input[starts[band] + i];
      const int32_t at = weight_starts[band] + i;
      weighted += static_cast<uint64_t>(int64_t{weights[at]}) * energy;
      unweighted += static_cast<uint64_t>(int64_t{unweights[at]}) * energy;
    }
    if (band > 0) memcpy(__builtin_assume_aligned(to + 8 * (band - 1), 4), &weighted, 8);
    carried = unweighted;
  }
}

/// The square root, rounded to the nearest but for the bits that the output has not.
template <class Wide, class Narrow>
Narrow rounded_square_root(Wide value) {
  constexpr int32_t kBits = 8 * static_cast<int32_t>(sizeof(Wide));
  Wide root = 0;
  Wide bit = Wide{1} << (kBits - 2);
  while (bit > value) bit >>= 2;
  for (; bit != 0; bit >>= 2) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  const bool fits = root != static_cast<Narrow>(~Narrow{0});
  return static_cast<Narrow>(root + (value > root && fits ? 1 : 0));
}

/// Those below 2^32 have roots below 2^16.
inline uint32_t square_root_of(uint64_t value) {
  if (value >> 32 == 0) return rounded_square_root<uint32_t, uint16_t>(static_cast<uint32_t>(value));
  return rounded_square_root<uint64_t, uint32_t>(value);
}

/// input: uint64 [size], at a multiple of 4.
template <class P>
void signal_square_root(const P& p, const void* input, const int32_t* shift, uint32_t* output) {
  const uint8_t* from = static_cast<const uint8_t*>(input);
  const int32_t bits = *shift < 0 ? 0 : *shift > 31 ? 31 : *shift;
  for (int32_t i = 0; i < p.size; ++i) {
    uint64_t value;
    memcpy(&value, __builtin_assume_aligned(from + 8 * i, 4), 8);
    output[i] = square_root_of(value) >> bits;
  }
}

struct SignalSpectralSubtractionParams {
  int32_t size;
  int32_t smoothing, one_minus_smoothing, alternate_smoothing, alternate_one_minus_smoothing;
  int32_t smoothing_bits, bits, min_signal_remaining, clamping;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("size", size), visit("smoothing", smoothing), visit("one_minus_smoothing", one_minus_smoothing);
    visit("alternate_smoothing", alternate_smoothing);
    visit("alternate_one_minus_smoothing", alternate_one_minus_smoothing);
    visit("smoothing_bits", smoothing_bits), visit("bits", bits);
    visit("min_signal_remaining", min_signal_remaining), visit("clamping", clamping);
  }
};

/// state: uint32 [size], zeros at first.
template <class P>
void signal_spectral_subtraction(const P& p, const uint32_t* input, uint32_t* output, uint32_t* noise,
                                 void* state) {
  uint32_t* kept = static_cast<uint32_t*>(state);
  for (int32_t i = 0; i < p.size; ++i) {
    const bool odd = (i & 1) != 0;
    const auto rise = static_cast<uint32_t>(odd ? p.alternate_smoothing : p.smoothing);
    const auto stay = static_cast<uint32_t>(odd ? p.alternate_one_minus_smoothing : p.one_minus_smoothing);
    const uint32_t scaled = input[i] << p.smoothing_bits;
    const uint32_t estimate =
        static_cast<uint32_t>((uint64_t{scaled} * rise + uint64_t{kept[i]} * stay) >> p.bits);
    const uint32_t below = estimate < scaled ? estimate : scaled;
    const uint32_t least =
        static_cast<uint32_t>((uint64_t{input[i]} * static_cast<uint32_t>(p.min_signal_remaining)) >> p.bits);
    const uint32_t rest = (scaled - below) >> p.smoothing_bits;
    kept[i] = p.clamping ? below : estimate;
    output[i] = rest > least ? rest : least;
    noise[i] = kept[i];
  }
}

struct SignalPcanParams {
  int32_t size, snr_shift;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("size", size), visit("snr_shift", snr_shift);
  }
};

/// A function of x by its table: 3 values for x < 3, then of every octave value, slope and curvature.
inline int16_t piecewise_parabola(uint32_t x, const int16_t* table) {
  if (x <= 2) return table[x];
  const int32_t octave = bit_count(x);
  const int16_t* piece = table + 4 * octave - 6;
  const auto fraction = static_cast<int32_t>((octave < 11 ? x << (11 - octave) : x >> (octave - 11)) & 0x3ff);
  const int32_t slope = (piece[2] * fraction >> 5) + piece[1] * 32;
  const auto product =
      static_cast<int32_t>(static_cast<uint32_t>(slope) * static_cast<uint32_t>(fraction) + (1u << 14));
  return static_cast<int16_t>((product >> 15) + piece[0]);
}

/// x^2 / 4 below 2, then x - 1; 12 fraction bits in, 6 out.
inline uint32_t shrunk(uint32_t x) { return x < (2u << 12) ? (x * x) >> 20 : (x >> 6) - (1u << 6); }

template <class P>
void signal_pcan(const P& p, const uint32_t* input, const uint32_t* noise, const int16_t* gains,
                 uint32_t* output) {
  for (int32_t i = 0; i < p.size; ++i) {
    const auto gain = static_cast<uint32_t>(int32_t{piecewise_parabola(noise[i], gains)});
    output[i] = shrunk(static_cast<uint32_t>(uint64_t{input[i]} * gain >> p.snr_shift));
  }
}

struct SignalLogParams {
  int32_t size, output_scale, correction_bits;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("size", size), visit("output_scale", output_scale), visit("correction_bits", correction_bits);
  }
};

constexpr int32_t kSignalLogPieces = 128;

/// The natural logarithm of x > 0 with 16 fraction bits; table: 2^16 (log2(1 + t) - t) at t = i / 128, i = 0
/// .. 128.
inline uint32_t natural_log_q16(uint32_t x, const uint16_t* table) {
  const int32_t octave = bit_count(x) - 1;
  const uint32_t above = x - (1u << octave);
  const auto fraction = static_cast<int32_t>(octave < 16 ? above << (16 - octave) : above >> (octave - 16));
  const int32_t piece = fraction >> 9, rest = fraction & 511;
  const int32_t bend = (table[piece + 1] - table[piece]) * rest >> 16;
  const uint32_t log2 =
      (static_cast<uint32_t>(octave) << 16) + static_cast<uint32_t>(fraction + table[piece] + bend);
  constexpr uint64_t kNaturalLogOf2 = 45426;  // with 16 fraction bits
  return static_cast<uint32_t>((kNaturalLogOf2 * log2 + (1u << 15)) >> 16);
}

template <class P>
void signal_log(const P& p, const uint32_t* input, const uint16_t* table, int16_t* output) {
  for (int32_t i = 0; i < p.size; ++i) {
    const uint32_t x = input[i] << p.correction_bits;
    const uint32_t scaled =
        x > 1 ? (static_cast<uint32_t>(p.output_scale) * natural_log_q16(x, table) + (1u << 15)) >> 16 : 0;
    output[i] = static_cast<int16_t>(scaled < 32767 ? scaled : 32767);
  }
}

}  // namespace device
}  // namespace tinyml
