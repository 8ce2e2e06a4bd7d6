// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dynamic-range models: layers whose weights are int8 while their inputs and outputs are float32.

#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// Whether a convolution or dense layer is one.
bool is_hybrid(const Graph& graph, const Node& node);

/// How the host runs such a layer, with the arithmetic of LiteRT's reference kernels: each batch of the input
/// (of a dense layer each row) is quantized to int8, products are summed in integers. No device runs it.
/// Errors: unsupported.
KernelCall hybrid_call(const Graph& graph, const Node& node);

/// The same graph with float32 weights in place of int8 ones on float32 inputs, to train or quantize.
Graph with_float_weights(const Graph& graph);

}  // namespace tinyml::ops
