// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// The graph with inputs as its layers have them, [batch, height, width, channels] or [batch, steps,
/// channels], in place of inputs that have the channels first and are only turned around, as PyTorch's and
/// ONNX's are. Other inputs stay as they are.
Graph with_channels_last_inputs(const Graph& graph);

}  // namespace tinyml
