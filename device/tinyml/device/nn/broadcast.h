// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// More levels than a walk over tensors of up to six dimensions has.
constexpr int32_t kMostLevels = 6;

/// A walk over some tensors at once, row by row. `levels` says how to go on after a row: for each level from
/// the inmost an extent and, for every operand, how many elements lie between the starts of the two rows.
template <int Operands>
struct Rows {
  int32_t at[Operands] = {};  // the first element of each operand's row
  int32_t done[kMostLevels] = {};

  /// Moves to the next row; false after the last, when the walk is at its start again.
  bool next(const int32_t* levels, int32_t count) {
    for (int32_t level = 0; level < count; ++level, levels += Operands + 1) {
      for (int operand = 0; operand < Operands; ++operand) at[operand] += levels[operand + 1];
      if (++done[level] < levels[0]) return true;
      done[level] = 0;
    }
    for (int operand = 0; operand < Operands; ++operand) at[operand] = 0;
    return false;
  }
};

/// Two operands, each read element by element (a step of 1) or one element for the whole row (0).
struct BroadcastParams {
  int32_t row, levels;
  int32_t a_step, b_step;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("row", row), visit("levels", levels);
    visit("a_step", a_step), visit("b_step", b_step);
  }
};

/// output = body(a, b), element by element, broadcasting as TensorFlow does.
template <class P, class A, class B, class Output, class Body>
inline void broadcast(const P& p, const A* a, const B* b, const int32_t* levels, Output* output,
                      const Body& body) {
  Rows<2> rows;
  do {
    const A* row_a = a + rows.at[0];
    const B* row_b = b + rows.at[1];
    for (int32_t i = 0; i < p.row; ++i) output[i] = body(row_a[i * p.a_step], row_b[i * p.b_step]);
    output += p.row;
  } while (rows.next(levels, p.levels));
}

}  // namespace device
}  // namespace tinyml
