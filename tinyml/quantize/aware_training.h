// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/quantize/post_training.h"
#include "tinyml/quantize/tune.h"

namespace tinyml::quantize {

struct AwareNet {
  Graph graph;                // float32, with the weights that quantize best
  std::vector<Range> ranges;  // of calibrate's form
};

/// Quantization-aware training (Jacob et al. 2018): the float32 model (prepared) is trained on with weights
/// rounded as int8 has them and activations rounded to 256 steps of ranges that follow what they hold by a
/// moving average, which stands still in the last third. Errors: as tune.
AwareNet train_aware(const Graph& model, const std::vector<Range>& ranges, const Settings& settings,
                     const Dataset& dataset, const TuneOptions& options, ThreadPool& pool);

}  // namespace tinyml::quantize
