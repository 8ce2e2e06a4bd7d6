// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/device/nn/add.h"
#include "tinyml/device/nn/requantize_dsp.h"

namespace tinyml {
namespace device {

struct AddDspParams : AddParams {
  int32_t output_rounding;  // as dsp::requantize has it, of the right shift -output_shift

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    AddParams::for_each(visit);
    visit("output_rounding", output_rounding);
  }
};

/// As `add`, where -output_shift is in [1, 22].
template <class P>
void add_dsp(const P& p, const int8_t* a, const int8_t* b, int8_t* output) {
  // The inputs go 21 bits up where `add` takes them 20: SMMULR does not double.
  const auto to_common = [](int32_t value, int32_t multiplier, int32_t shift) {
    const int32_t high = dsp::smmulr(value * (1 << 21), multiplier);
    return shift == 0 ? high : (high + (1 << ((-shift - 1) & 31)) + (high >> 31)) >> -shift;
  };
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t sum = to_common(a[i] - p.a_zero_point, p.a_multiplier, p.a_shift) +
                        to_common(b[i] - p.b_zero_point, p.b_multiplier, p.b_shift);
    output[i] = dsp::requantize(p, sum * 2, p.output_multiplier, p.output_rounding, -p.output_shift);
  }
}

}  // namespace device
}  // namespace tinyml
