// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// An int8 graph without the channels that provably never matter: what is constant at every position goes
/// into the biases of the layers that read it, what nothing reads goes too. A channel that is constant but
/// not at the zero point is left where a layer that reads it sees padding beside it. Gives the same bytes for
/// every input. Errors: invalid_argument, for a float32 graph.
Graph fold_dead_channels(const Graph& graph);

}  // namespace tinyml::quantize
