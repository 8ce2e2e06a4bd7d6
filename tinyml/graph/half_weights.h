// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// Whether the .tflite file of a float32 model keeps its weights as float16: a fact of the whole model that
/// travels in its metadata.
inline bool has_half_weights(const Graph& graph) { return graph.metadata.count("float16") > 0; }
inline void set_half_weights(Graph& graph) { graph.metadata["float16"] = "weights"; }

}  // namespace tinyml
