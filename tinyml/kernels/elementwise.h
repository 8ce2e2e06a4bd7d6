// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Loops over contiguous floats, on the calling thread. Outputs may be the same array as an input.
namespace tinyml::kernels {

/// y = min(max(x, low), high)
void clamp(const float* x, int64_t n, float low, float high, float* y);
/// dx = dy where low < y < high, 0 elsewhere: the gradient of `clamp` by its output.
void clamp_gradient(const float* y, const float* dy, int64_t n, float low, float high, float* dx);
/// y = min(max(a + b, low), high)
void add(const float* a, const float* b, int64_t n, float low, float high, float* y);
/// y = min(max(a - b, low), high)
void sub(const float* a, const float* b, int64_t n, float low, float high, float* y);
/// y = min(max(a * b, low), high)
void mul(const float* a, const float* b, int64_t n, float low, float high, float* y);
/// y += scale * x
void add_scaled(const float* x, int64_t n, float scale, float* y);
/// y = scale * x
void scale(const float* x, int64_t n, float scale, float* y);
/// y[i] = 0 with probability `rate`, else x[i] / (1 - rate); which is a hash of `seed` and i, the same
/// everywhere.
void dropout(uint64_t seed, const float* x, int64_t n, float rate, float* y);
/// sums[c] = sum of x[r, c] over the rows, in their order.
void column_sums(const float* x, int64_t rows, int64_t columns, float* sums);
/// sum[i] = parts[0][i] + parts[1][i] + …, in this order; the parts are `n` floats each.
void sum_parts(const float* parts, int64_t count, int64_t n, float* sum);

}  // namespace tinyml::kernels
