// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/mfe_tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "tinyml/ops/fft_tables.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kSmallestFft = 16, kLargestFft = 8192;

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

double mel_of(double hz) { return 2595 * std::log10(1 + hz / 700); }
double hz_of(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

double hann(const Mfe& op, int32_t t) {
  return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * t / op.frame_samples);
}

/// The power of a full-scale sine, summed over the bins from 0 to half the rate, samples in +-1.
double full_scale_power(const Mfe& op) {
  double squares = 0;
  for (int32_t t = 0; t < op.frame_samples; ++t) squares += hann(op, t) * hann(op, t);
  return op.fft_size * squares / 4;
}

struct MelBank {
  std::vector<double> edges_hz;  // bands + 2
  std::vector<uint16_t> starts;  // bands + 2
  std::vector<double> rises;     // a bin from starts.front() to starts.back()
};

MelBank mel_bank(const Mfe& op) {
  MelBank bank;
  const double low = mel_of(op.low_hz), high = mel_of(op.high_hz);
  const double bin_hz = static_cast<double>(op.sample_rate_hz) / op.fft_size;
  for (int32_t i = 0; i <= op.bands + 1; ++i) {
    const double hz = hz_of(low + (high - low) * i / (op.bands + 1));
    bank.edges_hz.push_back(hz);
    bank.starts.push_back(static_cast<uint16_t>(std::clamp(std::ceil(hz / bin_hz), 1.0, op.fft_size / 2.0)));
  }
  for (int32_t i = 0; i <= op.bands; ++i) {
    for (int32_t k = bank.starts[i]; k < bank.starts[i + 1]; ++k) {
      bank.rises.push_back((k * bin_hz - bank.edges_hz[i]) / (bank.edges_hz[i + 1] - bank.edges_hz[i]));
    }
  }
  return bank;
}

}  // namespace

void check(const Mfe& op) {
  if (op.sample_rate_hz < 1) {
    reject(fmt::format("mfe: a sample rate of {} Hz: give one above 0", op.sample_rate_hz));
  }
  if (op.fft_size < kSmallestFft || op.fft_size > kLargestFft ||
      !std::has_single_bit(uint32_t(op.fft_size))) {
    reject(fmt::format("mfe: fft_size {} is not a power of two from {} to {}", op.fft_size, kSmallestFft,
                       kLargestFft));
  }
  if (op.frame_samples < 2 || op.frame_samples > op.fft_size) {
    reject(
        fmt::format("mfe: frames of {} samples do not fit an fft_size of {}: shorten the frame to 2 .. {} "
                    "samples or raise fft_size",
                    op.frame_samples, op.fft_size, op.fft_size));
  }
  if (op.hop_samples < 1) reject(fmt::format("mfe: a hop of {} samples: give at least 1", op.hop_samples));
  if (op.bands < 1 || op.bands > op.fft_size / 2) {
    reject(fmt::format("mfe: {} bands: give 1 .. {}, half the fft_size", op.bands, op.fft_size / 2));
  }
  if (!(op.low_hz >= 0 && op.low_hz < op.high_hz && op.high_hz <= op.sample_rate_hz / 2.0f)) {
    reject(fmt::format(
        "mfe: bands from {} to {} Hz: they need 0 <= low_hz < high_hz <= {}, half the sample rate", op.low_hz,
        op.high_hz, op.sample_rate_hz / 2.0));
  }
  if (!(op.floor_db < 0 && op.ceiling_db >= 0 && op.ceiling_db - op.floor_db >= 1 &&
        op.ceiling_db - op.floor_db <= 190)) {
    reject(
        fmt::format("mfe: a range from {} to {} dB: it needs floor_db < 0 <= ceiling_db, 1 to 190 dB apart",
                    op.floor_db, op.ceiling_db));
  }
  const MelBank bank = mel_bank(op);
  for (int32_t band = 0; band < op.bands; ++band) {
    const auto rise = [&](int32_t k) { return bank.rises[static_cast<size_t>(k - bank.starts[0])]; };
    double weight = 0;
    for (int32_t k = bank.starts[band]; k < bank.starts[band + 1]; ++k) weight += rise(k);
    for (int32_t k = bank.starts[band + 1]; k < bank.starts[band + 2]; ++k) weight += 1 - rise(k);
    if (weight < 1e-3) {
      reject(
          fmt::format("mfe: band {} ({:.0f} to {:.0f} Hz) is narrower than the FFT's bins of {:.1f} Hz: use "
                      "fewer bands than {}, an fft_size above {} or a wider range of frequencies",
                      band, bank.edges_hz[band], bank.edges_hz[band + 2],
                      static_cast<double>(op.sample_rate_hz) / op.fft_size, op.bands, op.fft_size));
    }
  }
}

Quantization quantization_of(const Mfe& op) {
  const float scale = (op.ceiling_db - op.floor_db) / 255;
  return {{scale}, {static_cast<int32_t>(std::lround(-128 - op.floor_db / scale))}};
}

int32_t frames_in(const Mfe& op, int64_t samples) {
  if (samples < op.frame_samples) return 0;
  return static_cast<int32_t>((samples - op.frame_samples) / op.hop_samples + 1);
}

MfeTables mfe_tables(const Mfe& op) {
  check(op);
  MfeTables tables;
  for (int32_t t = 0; t <= op.frame_samples / 2; ++t) {
    tables.window.push_back(static_cast<uint16_t>(std::min(std::lround(65536 * hann(op, t)), 65535L)));
  }
  tables.twiddles = quarter_circle<int16_t>(op.fft_size, 32768);
  const MelBank bank = mel_bank(op);
  tables.mel_starts = bank.starts;
  for (const double rise : bank.rises) {
    tables.mel_weights.push_back(static_cast<uint16_t>(std::clamp(std::lround(65536 * rise), 0L, 65535L)));
  }
  tables.log2 = log2_table();
  return tables;
}

MfeFloatTables mfe_float_tables(const Mfe& op) {
  check(op);
  MfeFloatTables tables;
  const double scale = 1 / std::sqrt(full_scale_power(op));
  for (int32_t t = 0; t <= op.frame_samples / 2; ++t) {
    tables.window.push_back(static_cast<float>(scale * hann(op, t)));
  }
  tables.twiddles = quarter_circle<float>(op.fft_size, 1);
  const MelBank bank = mel_bank(op);
  tables.mel_starts = bank.starts;
  tables.mel_weights.assign(bank.rises.begin(), bank.rises.end());
  return tables;
}

void set_frame_params(const Mfe& op, int32_t frames, device::MfeParams& params) {
  params.frames = frames;
  params.frame_samples = op.frame_samples;
  params.hop_samples = op.hop_samples;
  params.fft_size = op.fft_size;
  params.normalised_bits = 30 - std::countr_zero(uint32_t(op.fft_size));
  params.bands = op.bands;
}

int32_t level_of(const Mfe& op, double db) {
  // Samples carry 15 bits, the window and the mel weights 16; the power was shifted down.
  const double full_scale = std::log2(full_scale_power(op)) + 2 * (15 + 16) + 16 - device::kPowerShift;
  return static_cast<int32_t>(std::lround(32768 * (full_scale + db * std::log2(10.0) / 10)));
}

void set_gain(double counts, device::MfeParams& params) {
  // counts = gain / 2^(16 + gain_shift) with gain in [2^14, 2^15).
  int exponent = 0;
  const double mantissa = std::frexp(counts, &exponent);
  params.gain = static_cast<int32_t>(std::min(std::lround(mantissa * 32768), 32767L));
  params.gain_shift = -1 - exponent;
  TINYML_CHECK(params.gain_shift >= 1 && params.gain_shift <= 24);
}

std::vector<Parameter> to_parameters(const device::MfeParams& params) {
  return {{"frames", params.frames},
          {"frame_samples", params.frame_samples},
          {"hop_samples", params.hop_samples},
          {"fft_size", params.fft_size},
          {"normalised_bits", params.normalised_bits},
          {"bands", params.bands},
          {"reference", params.reference},
          {"gain", params.gain},
          {"gain_shift", params.gain_shift}};
}

std::vector<Table> to_device_tables(const MfeTables& tables) {
  return {to_table<uint16_t>("window", "uint16_t", tables.window),
          to_table<int16_t>("twiddles", "int16_t", tables.twiddles),
          to_table<uint16_t>("mel_starts", "uint16_t", tables.mel_starts),
          to_table<uint16_t>("mel_weights", "uint16_t", tables.mel_weights),
          to_table<uint16_t>("log2_table", "uint16_t", tables.log2)};
}

}  // namespace tinyml::ops
