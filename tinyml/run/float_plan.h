// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::run {

/// Where the float engine keeps each tensor: in which buffer, at which float.
enum class Place : uint8_t { unused, activation, parameter, state };

struct FloatPlan {
  explicit FloatPlan(const Graph& graph);

  std::vector<Place> places;            // by tensor
  std::vector<int64_t> offsets;         // by tensor, in its place
  std::vector<int32_t> gradient_slots;  // by activation; negative: no gradient wanted
  std::vector<int64_t> slot_sizes;      // floats
  std::vector<TensorId> roots;          // by tensor: the one whose gradient it shares
  std::vector<Activation> fused;        // by node: the Relu that a BatchNorm does too
  std::vector<bool> skipped;            // by node: that Relu
  int64_t activation_floats = 0, parameter_floats = 0, state_floats = 0;
};

}  // namespace tinyml::run
