// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// Representative examples of a model: real numbers for each of its inputs, and what they show if that is
/// known.
struct Dataset {
  size_t count = 0;
  /// Writes example `index` of graph input `input`, in its shape. Called from several threads.
  std::function<void(size_t index, size_t input, std::span<float> values)> fill;
  /// The class of every example: the place of the largest output. Empty where unknown.
  std::vector<int32_t> classes = {};

  /// Up to `most` of them, evenly spread.
  Dataset spread(size_t most) const;
};

/// Errors: invalid_argument, for no examples, numbers that are not finite, an input that has the same value
/// everywhere in all of them, or classes that do not fit.
void check(const Dataset& dataset, const Graph& graph);

/// Examples of a model that classifies: its output 0 has that many elements, at least two.
/// Errors: invalid_argument, where classes are unknown.
int32_t classes_of(const Dataset& dataset, const Graph& graph);

}  // namespace tinyml::quantize
