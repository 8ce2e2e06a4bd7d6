// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/bytes.h"

namespace tinyml {
namespace device {

/// Six nested loops, 0 the outermost, around the copy of `run` elements that lie side by side in both
/// tensors. Steps and offsets count elements.
struct StridedCopyParams {
  int32_t run;
  int32_t from_offset, to_offset;
  int32_t count_0, count_1, count_2, count_3, count_4, count_5;
  int32_t from_0, from_1, from_2, from_3, from_4, from_5;
  int32_t to_0, to_1, to_2, to_3, to_4, to_5;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("run", run), visit("from_offset", from_offset), visit("to_offset", to_offset);
    visit("count_0", count_0), visit("count_1", count_1), visit("count_2", count_2);
    visit("count_3", count_3), visit("count_4", count_4), visit("count_5", count_5);
    visit("from_0", from_0), visit("from_1", from_1), visit("from_2", from_2);
    visit("from_3", from_3), visit("from_4", from_4), visit("from_5", from_5);
    visit("to_0", to_0), visit("to_1", to_1), visit("to_2", to_2);
    visit("to_3", to_3), visit("to_4", to_4), visit("to_5", to_5);
  }
};

/// Copies between two row-major tensors, each walked with steps of its own.
template <class P, class T>
void strided_copy(const P& p, const T* input, T* output) {
  int32_t f0 = p.from_offset, t0 = p.to_offset;
  for (int32_t i0 = 0; i0 < p.count_0; ++i0, f0 += p.from_0, t0 += p.to_0) {
    int32_t f1 = f0, t1 = t0;
    for (int32_t i1 = 0; i1 < p.count_1; ++i1, f1 += p.from_1, t1 += p.to_1) {
      int32_t f2 = f1, t2 = t1;
      for (int32_t i2 = 0; i2 < p.count_2; ++i2, f2 += p.from_2, t2 += p.to_2) {
        int32_t f3 = f2, t3 = t2;
        for (int32_t i3 = 0; i3 < p.count_3; ++i3, f3 += p.from_3, t3 += p.to_3) {
          int32_t f4 = f3, t4 = t3;
          for (int32_t i4 = 0; i4 < p.count_4; ++i4, f4 += p.from_4, t4 += p.to_4) {
            int32_t f5 = f4, t5 = t4;
            for (int32_t i5 = 0; i5 < p.count_5; ++i5, f5 += p.from_5, t5 += p.to_5) {
              copy_elements(output + t5, input + f5, p.run);
            }
          }
        }
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
