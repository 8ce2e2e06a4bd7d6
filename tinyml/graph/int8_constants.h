// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// Makes the float32 constants of a node integers, its activations having their scales already: weights of
/// convolutions and dense layers int8, on the symmetric scale that their tensor has or that their largest
/// values give; biases int32 on the product of scales; other operands int8. Errors: unsupported.
void quantize_constants(Graph& graph, Node& node);

/// A constant operand on one int8 scale.
Tensor on_scale(const Tensor& constant, const Quantization& quantization);

}  // namespace tinyml
