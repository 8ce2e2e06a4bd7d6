// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/gemm.h"

#include <algorithm>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/gemm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

// Accumulators take rows x vectors registers, B's row takes `vectors` and A's element one: 6 x 4 fills the 32
// registers of AVX-512 and NEON, 6 x 2 the 16 of SSE and AVX2.
constexpr int kRows = 6;
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM
constexpr int kVectors = 4;
#else
constexpr int kVectors = 2;
#endif
// A panel of B, kDepth x (kVectors * lanes) floats, stays in the first-level cache.
constexpr int64_t kDepth = 128;

enum class Start { zero, bias, c };

struct Panel {
  const Gemm& g;
  int64_t column, depth_begin, depth_end;
  size_t tail;
  Start start;
  bool last;
};

template <int kR, int kV, bool kTail>
HWY_NOINLINE void tile(const Panel& p, int64_t row) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const Gemm& g = p.g;
  Vector sum[kR][kV];
  float* c = g.c + row * g.c_row_stride + p.column;
#pragma GCC unroll 8
  for (int v = 0; v < kV; ++v) {
    const bool part = kTail && v == kV - 1;
    const auto load = [&](const float* from) HWY_ATTR {
      return part ? load_first(d, from + v * lanes, p.tail) : hn::LoadU(d, from + v * lanes);
    };
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) {
      if (p.start == Start::c) {
        sum[r][v] = load(c + r * g.c_row_stride);
      } else {
        sum[r][v] = p.start == Start::bias ? load(g.bias + p.column) : hn::Zero(d);
      }
    }
  }

  const float* a = g.a + row * g.a_row_stride + p.depth_begin * g.a_depth_stride;
  const float* b = g.b + p.depth_begin * g.b_row_stride + p.column;
  const int64_t a_step = g.a_depth_stride, b_step = g.b_row_stride;
  int64_t a_row[kR];
  for (int r = 0; r < kR; ++r) a_row[r] = r * g.a_row_stride;
  for (int64_t k = p.depth_begin; k < p.depth_end; ++k) {
    Vector bs[kV];
#pragma GCC unroll 8
    for (int v = 0; v < kV - 1; ++v) bs[v] = hn::LoadU(d, b + v * lanes);
    bs[kV - 1] = load_part<kTail>(d, b + (kV - 1) * lanes, p.tail);
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) {
      const Vector element = hn::Set(d, a[a_row[r]]);
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(element, bs[v], sum[r][v]);
    }
    a += a_step;
    b += b_step;
  }

  const Vector low = hn::Set(d, g.low), high = hn::Set(d, g.high);
#pragma GCC unroll 8
  for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kV; ++v) {
      const Vector value = p.last ? clamp(sum[r][v], low, high) : sum[r][v];
      float* to = c + r * g.c_row_stride + v * lanes;
      if (kTail && v == kV - 1) {
        store_first(value, d, to, p.tail);
      } else {
        hn::StoreU(value, d, to);
      }
    }
  }
}

template <int kV, bool kTail>
void panel(const Panel& p) {
  int64_t row = 0;
  for (; row + kRows <= p.g.m; row += kRows) tile<kRows, kV, kTail>(p, row);
  for (; row + 2 <= p.g.m; row += 2) tile<2, kV, kTail>(p, row);
  if (row < p.g.m) tile<1, kV, kTail>(p, row);
}

template <int kV>
void panel(const Panel& p, int vectors, bool tail) {
  if constexpr (kV > 1) {
    if (vectors < kV) return panel<kV - 1>(p, vectors, tail);
  }
  tail ? panel<kV, true>(p) : panel<kV, false>(p);
}

void gemm(const Gemm& g) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  const int64_t width = kVectors * lanes;
  const Start first = g.accumulate ? Start::c : g.bias ? Start::bias : Start::zero;
  for (int64_t column = 0; column < g.n; column += width) {
    const int64_t columns = std::min(width, g.n - column);
    const int64_t vectors = (columns + lanes - 1) / lanes;
    const int64_t tail = columns - (vectors - 1) * lanes;
    for (int64_t k = 0; k == 0 || k < g.k; k += kDepth) {
      const int64_t end = std::min(g.k, k + kDepth);
      panel<kVectors>({g, column, k, end, static_cast<size_t>(tail), k == 0 ? first : Start::c, end == g.k},
                      static_cast<int>(vectors), tail != lanes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(gemm);

void gemm(const Gemm& g) {
  if (g.m > 0 && g.n > 0) HWY_DYNAMIC_DISPATCH(gemm)(g);
}

void transpose(const float* from, int64_t rows, int64_t columns, int64_t from_stride, float* to) {
  constexpr int64_t kBlock = 16;
  for (int64_t r0 = 0; r0 < rows; r0 += kBlock) {
    for (int64_t c0 = 0; c0 < columns; c0 += kBlock) {
      for (int64_t c = c0; c < std::min(columns, c0 + kBlock); ++c) {
        for (int64_t r = r0; r < std::min(rows, r0 + kBlock); ++r)
          to[c * rows + r] = from[r * from_stride + c];
      }
    }
  }
}

}  // namespace tinyml::kernels
#endif
