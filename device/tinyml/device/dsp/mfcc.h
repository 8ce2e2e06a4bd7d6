// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mel-frequency cepstral coefficients of int16 samples as int8, in integers only: the orthonormal DCT-II of
// the log-mel levels of mfe.h before any quantization.

#include <stdint.h>

#include "tinyml/device/dsp/mfe.h"

namespace tinyml {
namespace device {

/// The constants of mfcc; the levels here are relative to the middle of the dB range.
struct MfccParams : MfeParams {
  int32_t coefficients;
  int32_t limit;  // levels are clamped to +-limit, Q15 log2, below 2^20
};

/// One frame: samples [frame_samples] -> output [coefficients]. `dct` [coefficients, bands], scaled so that a
/// sum over bands of levels in Q10 stays in 32 bits. `scratch`: int32_t[fft_size], then int16_t[bands]; for
/// the other tables see log_mel_frame.
template <class P>
void mfcc_frame(const P& p, const int16_t* frame, const uint16_t* window, const int16_t* twiddles,
                const uint16_t* mel_starts, const uint16_t* mel_weights, const uint16_t* log2_table,
                const int16_t* dct, int8_t* output, void* scratch) {
  int16_t* levels = reinterpret_cast<int16_t*>(static_cast<int32_t*>(scratch) + p.fft_size);
  log_mel_frame(p, frame, window, twiddles, mel_starts, mel_weights, log2_table, scratch,
                [&](int32_t band, int32_t level) {
                  if (level < -p.limit) level = -p.limit;
                  if (level > p.limit) level = p.limit;
                  levels[band] = static_cast<int16_t>((level + 16) >> 5);
                });
  for (int32_t i = 0; i < p.coefficients; ++i, dct += p.bands) {
    int32_t sum = 0;
    for (int32_t band = 0; band < p.bands; ++band) sum += levels[band] * dct[band];
    output[i] = quantize_level(p, sum);
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples] -> output [frames, coefficients].
template <class P>
void mfcc(const P& p, const int16_t* samples, const uint16_t* window, const int16_t* twiddles,
          const uint16_t* mel_starts, const uint16_t* mel_weights, const uint16_t* log2_table,
          const int16_t* dct, int8_t* output, void* scratch) {
  for (int32_t i = 0; i < p.frames; ++i) {
    mfcc_frame(p, samples + i * p.hop_samples, window, twiddles, mel_starts, mel_weights, log2_table, dct,
               output + i * p.coefficients, scratch);
  }
}

}  // namespace device
}  // namespace tinyml
