// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/bytes.h"

namespace tinyml {
namespace device {

/// Four nested loops, 0 the outermost, around the copy of `run` elements that lie side by side.
struct IndexedCopyParams {
  int32_t run;
  int32_t count_0, count_1, count_2, count_3;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("run", run), visit("count_0", count_0), visit("count_1", count_1);
    visit("count_2", count_2), visit("count_3", count_3);
  }
};

/// Writes the output in order, each run from the place in the input that is the sum of an offset a loop.
/// `offsets` lists, in elements, those of loop 0, then of loop 1 …
template <class P, class T>
void indexed_copy(const P& p, const T* input, const int32_t* offsets, T* output) {
  const int32_t* const offsets_1 = offsets + p.count_0;
  const int32_t* const offsets_2 = offsets_1 + p.count_1;
  const int32_t* const offsets_3 = offsets_2 + p.count_2;
  for (int32_t i0 = 0; i0 < p.count_0; ++i0) {
    const T* const from_0 = input + offsets[i0];
    for (int32_t i1 = 0; i1 < p.count_1; ++i1) {
      const T* const from_1 = from_0 + offsets_1[i1];
      for (int32_t i2 = 0; i2 < p.count_2; ++i2) {
        const T* const from_2 = from_1 + offsets_2[i2];
        for (int32_t i3 = 0; i3 < p.count_3; ++i3, output += p.run) {
          copy_elements(output, from_2 + offsets_3[i3], p.run);
        }
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
