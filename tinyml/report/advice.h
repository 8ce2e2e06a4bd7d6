// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/report/inspection.h"

namespace tinyml::report {

/// What every rule below finds, in their order. Of `inspection` all but `advice` is filled.
std::vector<Advice> advise(const Graph& graph, const Inspection& inspection);

// The rules: each finds nothing where all is well.

/// Computes in float32, wholly or in part.
std::vector<Advice> advise_int8(const Graph& graph, const Inspection& inspection);
/// Layers that no device kernel serves, but for those that are float32 and have one in int8.
std::vector<Advice> advise_kernels(const Graph& graph, const Inspection& inspection);
/// More RAM or flash than the board has.
std::vector<Advice> advise_board(const Graph& graph, const Inspection& inspection);
/// A batch normalisation, or a product and a sum with constants a channel, that is still a layer.
std::vector<Advice> advise_batch_norm(const Graph& graph, const Inspection& inspection);
/// A convolution over space and channels at once that costs much, where a depthwise and a pointwise one would
/// take less than a third of its MACs.
std::vector<Advice> advise_depthwise(const Graph& graph, const Inspection& inspection);
/// The same layer many times.
std::vector<Advice> advise_depth(const Graph& graph, const Inspection& inspection);
/// One layer with most of the MACs.
std::vector<Advice> advise_macs(const Graph& graph, const Inspection& inspection);
/// One layer that needs far more RAM than the others.
std::vector<Advice> advise_ram(const Graph& graph, const Inspection& inspection);
/// Output channels that are always the same, having no weights.
std::vector<Advice> advise_dead_channels(const Graph& graph, const Inspection& inspection);
/// What has not been measured on an emulated board, nor run on a real one.
std::vector<Advice> advise_measuring(const Graph& graph, const Inspection& inspection);

}  // namespace tinyml::report
