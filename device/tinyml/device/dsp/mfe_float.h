// SPDX-License-Identifier: Apache-2.0
#pragma once

// Log-mel filterbank energies and their cepstral coefficients in float32, for cores with an FPU and as the
// reference of mfe.h and mfcc.h: the same steps on the same tables, in dB and without quantization.

#include <math.h>
#include <stdint.h>

#include "tinyml/device/dsp/fft.h"

namespace tinyml {
namespace device {

/// One frame: samples [frame_samples], +-1 at full scale -> bands [bands] in dB, 0 dB a full-scale sine, at
/// least -200. Tables as for log_mel_frame in mfe.h but in float: `window` [frame_samples / 2 + 1] is scaled
/// so that the power of a full-scale sine sums to 1 over all bins, `mel_weights` are 0 .. 1. `scratch`:
/// float[fft_size].
template <class P>
void mfe_float_frame(const P& p, const float* frame, const float* window, const float* twiddles,
                     const uint16_t* mel_starts, const float* mel_weights, float* bands, void* scratch) {
  Complex<FloatArithmetic>* z = static_cast<Complex<FloatArithmetic>*>(scratch);
  const int32_t n = p.fft_size / 2, samples = p.frame_samples;
  const auto windowed = [&](int32_t t) -> float {
    return t < samples ? frame[t] * window[2 * t <= samples ? t : samples - t] : 0.0f;
  };
  BitReversedIndex index(n);
  for (int32_t i = 0; i < n; ++i, index.next()) {
    z[index.value()] = {windowed(2 * i), windowed(2 * i + 1)};
  }
  complex_fft(z, n, twiddles);
  split_real_spectrum(z, n, twiddles);

  const float* weight = mel_weights;
  float rising = 0;
  for (int32_t edge = 0; edge <= p.bands; ++edge) {
    float up = 0, down = 0;
    for (int32_t k = mel_starts[edge]; k < mel_starts[edge + 1]; ++k) {
      const float power = z[k].re * z[k].re + z[k].im * z[k].im;
      up += power * *weight;
      down += power * (1.0f - *weight++);
    }
    if (edge > 0) bands[edge - 1] = 10.0f * log10f(rising + down + 1e-20f);
    rising = up;
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples] -> output [frames, bands].
template <class P>
void mfe_float(const P& p, const float* samples, const float* window, const float* twiddles,
               const uint16_t* mel_starts, const float* mel_weights, float* output, void* scratch) {
  for (int32_t i = 0; i < p.frames; ++i) {
    mfe_float_frame(p, samples + i * p.hop_samples, window, twiddles, mel_starts, mel_weights,
                    output + i * p.bands, scratch);
  }
}

/// One frame: samples -> output [coefficients]: the DCT of the bands' dB, clamped to range[0] .. range[1] and
/// relative to the middle of that range. `dct` [coefficients, bands]. `scratch`: float[fft_size + bands].
template <class P>
void mfcc_float_frame(const P& p, const float* frame, const float* window, const float* twiddles,
                      const uint16_t* mel_starts, const float* mel_weights, const float* dct,
                      const float* range, float* output, void* scratch) {
  float* bands = static_cast<float*>(scratch) + p.fft_size;
  mfe_float_frame(p, frame, window, twiddles, mel_starts, mel_weights, bands, scratch);
  for (int32_t i = 0; i < p.bands; ++i) {
    const float db = bands[i] < range[0] ? range[0] : bands[i] > range[1] ? range[1] : bands[i];
    bands[i] = db - 0.5f * (range[0] + range[1]);
  }
  for (int32_t i = 0; i < p.coefficients; ++i, dct += p.bands) {
    float sum = 0;
    for (int32_t band = 0; band < p.bands; ++band) sum += bands[band] * dct[band];
    output[i] = sum;
  }
}

/// A whole window: samples [(frames - 1) * hop_samples + frame_samples] -> output [frames, coefficients].
template <class P>
void mfcc_float(const P& p, const float* samples, const float* window, const float* twiddles,
                const uint16_t* mel_starts, const float* mel_weights, const float* dct, const float* range,
                float* output, void* scratch) {
  for (int32_t i = 0; i < p.frames; ++i) {
    mfcc_float_frame(p, samples + i * p.hop_samples, window, twiddles, mel_starts, mel_weights, dct, range,
                     output + i * p.coefficients, scratch);
  }
}

}  // namespace device
}  // namespace tinyml
