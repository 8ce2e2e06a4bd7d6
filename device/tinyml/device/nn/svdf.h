// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string.h>

#include "tinyml/device/nn/fixed_point.h"

namespace tinyml {
namespace device {

struct SvdfParams {
  int32_t inputs, units, rank, memory;
  int32_t feature_multiplier, feature_shift;  // from a feature's sum to the state
  int32_t state_zero_point, state_min, state_max;
  int32_t output_multiplier, output_shift, output_zero_point;

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("inputs", inputs), visit("units", units), visit("rank", rank), visit("memory", memory);
    visit("feature_multiplier", feature_multiplier), visit("feature_shift", feature_shift);
    visit("state_zero_point", state_zero_point), visit("state_min", state_min), visit("state_max", state_max);
    visit("output_multiplier", output_multiplier), visit("output_shift", output_shift);
    visit("output_zero_point", output_zero_point);
  }
};

/// Bytes of svdf's state, whose elements are `element_bytes` wide.
constexpr int64_t svdf_state_bytes(int64_t filters, int64_t memory, int64_t element_bytes) {
  return 4 + filters * memory * element_bytes;
}

/// A dense layer whose matrix is a sum of `rank` products of a filter over features and one over time
/// (Alvarez and Park 2018, arXiv 1812.02802): [inputs] -> [units], with the arithmetic of TensorFlow Lite
/// Micro's SVDF. `sums` holds minus the input's zero point times each feature filter's sum; T is int8_t or
/// int16_t, of the state too. `state` begins as zeros and carries over.
template <class P, class T>
void svdf(const P& p, const int8_t* input, const int8_t* features, const int32_t* sums, const T* times,
          const int32_t* bias, int8_t* output, void* state) {
  const int32_t filters = p.units * p.rank, cells = filters * p.memory;
  int32_t* begun = static_cast<int32_t*>(state);
  T* past = reinterpret_cast<T*>(begun + 1);
  if (!*begun) {
    for (int32_t i = 0; i < cells; ++i) past[i] = static_cast<T>(p.state_zero_point);
    *begun = 1;
  }
  memmove(past, past + 1, static_cast<size_t>(cells - 1) * sizeof(T));
  for (int32_t filter = 0; filter < filters; ++filter, features += p.inputs) {
    uint32_t sum = static_cast<uint32_t>(sums[filter]);  // that any file's numbers may wrap around
    for (int32_t i = 0; i < p.inputs; ++i) sum += static_cast<uint32_t>(input[i] * features[i]);
    const int32_t scaled =
        multiply_by_quantized_multiplier(static_cast<int32_t>(sum), p.feature_multiplier, p.feature_shift);
    // The standard clamps before it adds the zero point, so that an int8 state may wrap around.
    past[filter * p.memory + p.memory - 1] =
        static_cast<T>(clamp(scaled, p.state_min, p.state_max) + p.state_zero_point);
  }
  for (int32_t unit = 0; unit < p.units; ++unit) {
    uint32_t sum = static_cast<uint32_t>(bias[unit]);
    for (int32_t i = 0; i < p.rank * p.memory; ++i) {
      sum += static_cast<uint32_t>(*times++ * (*past++ - p.state_zero_point));
    }
    const int32_t scaled =
        multiply_by_quantized_multiplier(static_cast<int32_t>(sum), p.output_multiplier, p.output_shift);
    const int32_t least = -128 - p.output_zero_point, most = 127 - p.output_zero_point;
    output[unit] = static_cast<int8_t>(clamp(scaled, least, most) + p.output_zero_point);
  }
}

}  // namespace device
}  // namespace tinyml
