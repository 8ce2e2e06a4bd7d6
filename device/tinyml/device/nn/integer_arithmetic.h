// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"

namespace tinyml {
namespace device {

// Elementwise operators on plain numbers, with broadcasting. int32 wraps around.

template <class P>
void add_integers(const P& p, const int32_t* a, const int32_t* b, const int32_t* levels, int32_t* output) {
  broadcast(p, a, b, levels, output, [](int32_t x, int32_t y) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) + static_cast<uint32_t>(y));
  });
}

template <class P>
void sub_integers(const P& p, const int32_t* a, const int32_t* b, const int32_t* levels, int32_t* output) {
  broadcast(p, a, b, levels, output, [](int32_t x, int32_t y) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) - static_cast<uint32_t>(y));
  });
}

template <class P>
void mul_integers(const P& p, const int32_t* a, const int32_t* b, const int32_t* levels, int32_t* output) {
  broadcast(p, a, b, levels, output, [](int32_t x, int32_t y) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) * static_cast<uint32_t>(y));
  });
}

/// Truncates; x / 0 is 0.
template <class P>
void div_integers(const P& p, const int32_t* a, const int32_t* b, const int32_t* levels, int32_t* output) {
  broadcast(p, a, b, levels, output, [](int32_t x, int32_t y) {
    if (y == -1) return static_cast<int32_t>(0u - static_cast<uint32_t>(x));
    return y == 0 ? 0 : x / y;
  });
}

template <class P>
void squared_difference_of_integers(const P& p, const int32_t* a, const int32_t* b, const int32_t* levels,
                                    int32_t* output) {
  broadcast(p, a, b, levels, output, [](int32_t x, int32_t y) {
    const uint32_t difference = static_cast<uint32_t>(x) - static_cast<uint32_t>(y);
    return static_cast<int32_t>(difference * difference);
  });
}

template <class P, class T>
void minimum(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  broadcast(p, a, b, levels, output, [](T x, T y) { return x < y ? x : y; });
}

template <class P, class T>
void maximum(const P& p, const T* a, const T* b, const int32_t* levels, T* output) {
  broadcast(p, a, b, levels, output, [](T x, T y) { return x > y ? x : y; });
}

}  // namespace device
}  // namespace tinyml
