// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// The extents before the axis, along it and after it.
struct ArgExtremumParams {
  int32_t outer, extent, inner;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("outer", outer), visit("extent", extent), visit("inner", inner);
  }
};

namespace detail {

template <class P, class T, class Better>
inline void find_best(const P& p, const T* input, int32_t* output, const Better& better) {
  for (int32_t outer = 0; outer < p.outer; ++outer, input += p.extent * p.inner) {
    for (int32_t inner = 0; inner < p.inner; ++inner) {
      const T* best = input + inner;
      int32_t index = 0;
      for (int32_t i = 1; i < p.extent; ++i) {
        const T* candidate = input + i * p.inner + inner;
        if (better(*candidate, *best)) best = candidate, index = i;
      }
      *output++ = index;
    }
  }
}

}  // namespace detail

template <class P, class T>
void arg_max(const P& p, const T* input, int32_t* output) {
  detail::find_best(p, input, output, [](T candidate, T best) { return candidate > best; });
}

template <class P, class T>
void arg_min(const P& p, const T* input, int32_t* output) {
  detail::find_best(p, input, output, [](T candidate, T best) { return candidate < best; });
}

}  // namespace device
}  // namespace tinyml
