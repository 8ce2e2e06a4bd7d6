// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml {

/// The trained graph as it is deployed: BatchNorm folded into the convolution or dense layer before it
/// (Jacob et al. 2018, eq. 14), ReLU fused into the layer before it, dropout removed, unused tensors
/// dropped. Computes the same function as the input graph does at inference.
/// Errors: unsupported, for a BatchNorm or ReLU that has nothing to be folded into.
Graph fold_for_inference(const Graph& graph);

/// The same, but BatchNorm and ReLU that have nothing to be folded into stay.
Graph fold_neighbours(const Graph& graph);

/// `graph` without tensors that no node, input or output refers to.
Graph without_unused_tensors(const Graph& graph);

}  // namespace tinyml
