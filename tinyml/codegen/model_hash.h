// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/graph/graph.h"

namespace tinyml::codegen {

/// SHA-256 of a graph's tensors (type, shape, quantization, constants) and of which operators join them.
std::string hash_of(const Graph& graph);

}  // namespace tinyml::codegen
