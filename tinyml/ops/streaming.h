// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml::ops {

/// The net of one step: from a recurrent net over windows [1, steps, …], one that takes a step at a time,
/// keeps the state of its recurrent layers and answers after each. From a reset on, its answer to step t is,
/// byte for byte, what the windowed net answers to a window that ends there and began with the same step.
/// Errors: unsupported, naming the layer, where a layer needs steps other than the newest (convolution or
/// pooling over time, a dense layer over all steps); an input that is not [1, steps, …].
Graph make_streaming(const Graph& net);

}  // namespace tinyml::ops
