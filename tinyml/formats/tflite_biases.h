// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tinyml/graph/graph.h"

namespace tinyml::formats::tflite {

/// The quantization that the specification lays down for a convolution's bias, the input's scale times each
/// channel's, where weights are quantized per channel. No interpreter reads it: files leave it out.
std::optional<Quantization> bias_quantization(const Graph& graph, const Node& node);

/// Gives it to a bias that has none.
void complete_bias(Graph& graph, const Node& node);

}  // namespace tinyml::formats::tflite
