// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::train {

struct Architecture {
  std::string name;
  std::string summary;  // one line: where it comes from, what it is good at
};

/// The nets that train by name, the default first.
const std::vector<Architecture>& architectures();

/// A float32 net from [1, frames, bands, 1] to logits [1, classes], with initial weights.
/// Errors: invalid_argument, for an unknown name (with the nearest) or an input too small for the net.
Graph build_architecture(std::string_view name, const Shape& input, int32_t classes, uint64_t seed);

}  // namespace tinyml::train
