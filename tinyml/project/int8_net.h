// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml::project {

/// The net as boards run it: with int8 operators in place of float32 ones between Quantize and Dequantize.
/// Errors: unsupported, naming the first float32 layer and how to quantize the model.
Graph int8_net(const Graph& net);

}  // namespace tinyml::project
