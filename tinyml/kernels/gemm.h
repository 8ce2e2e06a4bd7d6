// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace tinyml::kernels {

/// C[m, n] = clamp(A[m, k] * B[k, n] + bias[n]), or C += A * B where `accumulate` is set. A may have any
/// strides (a transposed matrix has row stride 1); B and C are row major. Strides count elements. The
/// order of additions depends on k alone: a row of C has the same bytes however the rows are cut.
struct Gemm {
  int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  int64_t a_row_stride = 0, a_depth_stride = 1;
  const float* b = nullptr;
  int64_t b_row_stride = 0;
  float* c = nullptr;
  int64_t c_row_stride = 0;
  const float* bias = nullptr;  // null: none
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  bool accumulate = false;
};

/// On the calling thread.
void gemm(const Gemm& g);

/// `to` [columns, rows] = transpose of `from` [rows, columns] whose rows are `from_stride` apart.
void transpose(const float* from, int64_t rows, int64_t columns, int64_t from_stride, float* to);

}  // namespace tinyml::kernels
