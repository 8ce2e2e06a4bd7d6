// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/bytes.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

/// input [batches, rows, extent, run], indices [batches, taken] -> [batches, rows, taken, run].
struct GatherParams {
  int32_t batches, rows, extent, taken, run;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("batches", batches), visit("rows", rows), visit("extent", extent);
    visit("taken", taken), visit("run", run);
  }
};

/// An index outside of [0, extent) is the nearest one inside.
template <class P, class T>
void gather(const P& p, const T* input, const int32_t* indices, T* output) {
  for (int32_t batch = 0; batch < p.batches; ++batch, indices += p.taken) {
    for (int32_t row = 0; row < p.rows; ++row, input += p.extent * p.run) {
      for (int32_t i = 0; i < p.taken; ++i, output += p.run) {
        copy_elements(output, input + clamp(indices[i], 0, p.extent - 1) * p.run, p.run);
      }
    }
  }
}

}  // namespace device
}  // namespace tinyml
