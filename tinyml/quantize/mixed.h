// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/quantize/post_training.h"

namespace tinyml::quantize {

struct MixedOptions {
  double least_sqnr_db = 35;  // of the outputs
  double most_loss = 0.01;    // of the accuracy on labelled examples; then the ratio does not count
};

/// The schemes by which a model keeps its limit: the noise that each layer alone brings into the outputs, as
/// int8 among int16x8, says which become int16x8 first. Layers that only move values are as what they move.
/// `notes` says which layers they are and whether the limit is kept.
std::vector<Scheme> choose_schemes(const Graph& model, const std::vector<Range>& ranges,
                                   const MixedOptions& options, const Settings& settings,
                                   const Dataset& dataset, ThreadPool& pool, std::vector<std::string>& notes);

}  // namespace tinyml::quantize
