// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// The elements of a constant whose index along `axis` is in `kept` (ascending), its scales too where they
/// lie along that axis or, of one dimension, are as many. `axis` may be longer than a row of `kept` says: an
/// index is then taken modulo `period`.
Tensor with_channels(const Tensor& constant, int axis, const std::vector<int32_t>& kept, int32_t period);

/// Whether any output position of a layer sees padding instead of its input.
bool sees_padding(const Graph& graph, const Node& node);

/// A Reshape whose outputs are the rows of its input, one after the other: the channels stay innermost.
bool keeps_channels_innermost(const Graph& graph, const Node& node);

}  // namespace tinyml::quantize
