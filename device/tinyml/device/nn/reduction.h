// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"
#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

/// A walk over the outputs (`kept`) and one over what each sums up, in rows of `row` elements that lie `step`
/// apart.
struct ReductionWalk {
  int32_t kept_levels, summed_levels;
  int32_t row, step;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("kept_levels", kept_levels), visit("summed_levels", summed_levels);
    visit("row", row), visit("step", step);
  }
};

struct ReductionParams : ReductionWalk {
  int32_t offset;  // of the sum: the zero point, as often as it is in it
  int32_t output_multiplier, output_shift, output_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    ReductionWalk::for_each(visit);
    visit("offset", offset);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
    visit("activation_min", activation_min), visit("activation_max", activation_max);
  }
};

/// Mean or sum of int8 or int16 along some dimensions. `levels`, as Rows has them, are those of the outputs,
/// then those of the sums. Sums wrap around beyond int32.
template <class P, class T>
void reduce(const P& p, const T* input, const int32_t* levels, T* output) {
  Rows<1> kept;
  do {
    uint32_t sum = 0u - static_cast<uint32_t>(p.offset);
    Rows<1> summed;
    do {
      const T* row = input + kept.at[0] + summed.at[0];
      for (int32_t i = 0; i < p.row; ++i) sum += static_cast<uint32_t>(static_cast<int32_t>(row[i * p.step]));
    } while (summed.next(levels + 2 * p.kept_levels, p.summed_levels));
    const int32_t scaled =
        multiply_by_quantized_multiplier(static_cast<int32_t>(sum), p.output_multiplier, p.output_shift);
    *output++ = static_cast<T>(clamp(scaled + p.output_zero_point, p.activation_min, p.activation_max));
  } while (kept.next(levels, p.kept_levels));
}

/// The largest along some dimensions, of such walks.
template <class P, class T>
void reduce_max(const P& p, const T* input, const int32_t* levels, T* output) {
  Rows<1> kept;
  do {
    T largest = input[kept.at[0]];
    Rows<1> others;
    do {
      const T* row = input + kept.at[0] + others.at[0];
      for (int32_t i = 0; i < p.row; ++i) {
        if (row[i * p.step] > largest) largest = row[i * p.step];
      }
    } while (others.next(levels + 2 * p.kept_levels, p.summed_levels));
    *output++ = largest;
  } while (kept.next(levels, p.kept_levels));
}

}  // namespace device
}  // namespace tinyml
