// SPDX-License-Identifier: Apache-2.0
#pragma once

// The custom operators of TensorFlow Lite Micro's signal library of which its audio preprocessor is made. All
// work on integers without scales; operators.h explains the flags.

#include <cstdint>
#include <string_view>

namespace tinyml {

/// int16 [..., n], int16 window [n] -> [..., n]: the products, shifted right, held in int16.
struct SignalWindow {
  static constexpr std::string_view kName = "signal_window";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t shift = 0;
};

/// int16 [n] -> [n], shifted left as far as no element leaves int16; int32 scalar: by how many bits.
struct SignalFftAutoScale {
  static constexpr std::string_view kName = "signal_fft_auto_scale";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// int16 [..., n] -> [..., fft_length + 2]: the spectrum of the n samples and zeros after them, over
/// fft_length: real and imaginary part of bin 0 .. fft_length / 2.
struct SignalRfft {
  static constexpr std::string_view kName = "signal_rfft";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t fft_length = 4;  // a power of two
};

/// int16 [2 n], real and imaginary parts -> uint32 [n], their squares' sum in bins [start, end), 0 in others.
struct SignalEnergy {
  static constexpr std::string_view kName = "signal_energy";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t start = 0, end = 0;
};

/// uint32 [n], int16 constants: weights [w], unweights [w], and of each of channels + 1 bands its first bin,
/// the place of its first weight and the number of both -> uint64 [channels]: in channel c the bins of band
/// c + 1, weighted, and those of band c, unweighted.
struct SignalFilterBank {
  static constexpr std::string_view kName = "signal_filter_bank";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t channels = 1;
};

/// uint64 [n], int32 scalar -> uint32 [n], the square roots, shifted right by the scalar.
struct SignalSquareRoot {
  static constexpr std::string_view kName = "signal_filter_bank_square_root";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// uint32 [n] -> uint32 [n] without the noise, uint32 [n] the noise: a smoothed input, times
/// 2^smoothing_bits, that carries over from one inference to the next. The coefficients, which have `bits`
/// fraction bits, are those of channels 0, 2, …; then those of channels 1, 3, ….
struct SignalSpectralSubtraction {
  static constexpr std::string_view kName = "signal_filter_bank_spectral_subtraction";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t smoothing = 0, one_minus_smoothing = 0;
  int32_t alternate_smoothing = 0, alternate_one_minus_smoothing = 0;
  int32_t smoothing_bits = 0, bits = 0;
  int32_t min_signal_remaining = 0;  // the part of the input that stays at least
  bool clamping = false;             // the noise to the input
};

/// uint32 [n], uint32 noise [n], int16 gains by the noise [125 or more] -> uint32 [n]: per-channel
/// amplitude normalisation (Wang et al. 2017, arXiv 1607.05666).
struct SignalPcan {
  static constexpr std::string_view kName = "signal_pcan";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t snr_shift = 0;
};

/// uint32 [n] -> int16 [n]: the natural logarithm of the input, shifted left, times output_scale.
struct SignalLog {
  static constexpr std::string_view kName = "signal_filter_bank_log";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t output_scale = 1;
  int32_t input_correction_bits = 0;
};

}  // namespace tinyml
