// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// Whether a Quantize from float32 rounds halves to even, as ONNX wants, and not away from zero, as
/// TensorFlow Lite does: a fact of the whole model that travels in its metadata.
inline bool rounds_to_even(const Graph& graph) {
  const auto found = graph.metadata.find("rounding");
  return found != graph.metadata.end() && found->second == "half_to_even";
}
inline void set_rounds_to_even(Graph& graph) { graph.metadata["rounding"] = "half_to_even"; }
inline void set_rounds_away(Graph& graph) { graph.metadata.erase("rounding"); }

}  // namespace tinyml
