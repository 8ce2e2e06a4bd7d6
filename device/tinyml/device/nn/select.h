// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/broadcast.h"

namespace tinyml {
namespace device {

/// Steps as BroadcastParams has them.
struct SelectParams {
  int32_t row, levels;
  int32_t condition_step, a_step, b_step;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("row", row), visit("levels", levels);
    visit("condition_step", condition_step), visit("a_step", a_step), visit("b_step", b_step);
  }
};

/// a where the condition holds, b elsewhere, with broadcasting.
template <class P, class Condition, class T>
void select(const P& p, const Condition* condition, const T* a, const T* b, const int32_t* levels,
            T* output) {
  Rows<3> rows;
  do {
    const Condition* row_condition = condition + rows.at[0];
    const T* row_a = a + rows.at[1];
    const T* row_b = b + rows.at[2];
    for (int32_t i = 0; i < p.row; ++i) {
      output[i] = row_condition[i * p.condition_step] ? row_a[i * p.a_step] : row_b[i * p.b_step];
    }
    output += p.row;
  } while (rows.next(levels, p.levels));
}

}  // namespace device
}  // namespace tinyml
