// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the layers of int16 activations on int8 weights share; for .cpp files only.

#include <cstdint>
#include <span>
#include <vector>

#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// How TensorFlow Lite Micro scales a layer's sums: as those of int8, or by multipliers cut to 16 bits.
enum class Rounding : uint8_t { as_int8, wide };

/// The sums of a layer.
struct Int16Sums {
  std::vector<int64_t> bias;
  Rounding rounding = Rounding::wide;
  bool fit_int32 = false;  // whatever the input is
};

/// int32 biases go with the rounding of int8, int64 ones and none with the wide one. `weights` [channels,
/// taps]. Errors: unsupported, for biases of other types or beyond 2^46.
Int16Sums int16_sums(const Graph& graph, const Node& node, std::span<const int8_t> weights, int32_t channels);

/// make(bias, {multiplier, shift} pairs) with the narrowest types that hold them.
template <class Make>
KernelCall int16_call(const Int16Sums& sums, std::span<const Multiplier> multipliers, const Make& make) {
  const auto with_bias = [&](const auto& bias) {
    if (sums.rounding == Rounding::as_int8) return make(bias, requantization_pairs(multipliers));
    return make(bias, wide_requantization_pairs(multipliers));
  };
  if (!sums.fit_int32) return with_bias(sums.bias);
  return with_bias(std::vector<int32_t>(sums.bias.begin(), sums.bias.end()));
}

}  // namespace tinyml::ops
