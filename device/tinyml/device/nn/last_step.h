// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

struct LastStepParams {
  int32_t steps, channels;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("steps", steps), visit("channels", channels);
  }
};

/// The last of `steps` rows; the memory of input and output may overlap.
template <class P>
void last_step(const P& p, const int8_t* input, int8_t* output) {
  memmove(output, input + (p.steps - 1) * p.channels, static_cast<size_t>(p.channels));
}

}  // namespace device
}  // namespace tinyml
