// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Batch normalisation (Ioffe and Szegedy 2015) over rows x channels, on the calling thread; callers cut the
// rows into blocks and add the blocks' sums in order. A clamp (ReLU, ReLU6) may follow it.
namespace tinyml::kernels {

/// Per channel: the sums of (x - pivot) and (x - pivot)^2 over the rows.
void moment_sums(const float* x, int64_t rows, int64_t channels, const float* pivot, float* sums,
                 float* square_sums);

/// y = min(max(x * scale + shift, low), high), per channel.
void scale_shift(const float* x, int64_t rows, int64_t channels, const float* scale, const float* shift,
                 float low, float high, float* y);

/// What backward needs of a normalised and clamped y = clamp(x * scale + shift), per channel.
struct Normalized {
  int64_t channels;
  const float* mean;
  const float* inverse_deviation;
  const float* scale;
  const float* shift;
  float low, high;
};

/// Per channel: the sums of dy and of dy * (x - mean) * inverse_deviation, dy taken as 0 where y is clamped.
void normalized_gradient_sums(const Normalized& n, const float* x, const float* dy, int64_t rows, float* sums,
                              float* product_sums);

/// dx = a * dy + b * (x - mean) + c, per channel, dy taken as 0 where y is clamped. dx may be dy.
void normalized_gradient(const Normalized& n, const float* x, const float* dy, int64_t rows, const float* a,
                         const float* b, const float* c, float* dx);

}  // namespace tinyml::kernels
