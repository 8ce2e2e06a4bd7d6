// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/post_training.h"

namespace tinyml::quantize {

/// Cross-layer equalisation (Nagel et al. 2019, section 4.1): where a convolution or dense layer, with a ReLU
/// or none, has one such layer as its only reader, each channel between them is scaled so that its weights
/// reach as far in the one as in the other. The model computes the same function but for rounding.
Graph equalize(const Graph& model);

/// Empirical bias correction (the same paper, section 4.2): what quantization moves the mean of each layer's
/// output channels by, on these examples, goes off its bias, layer by layer. Ids stay; new biases follow.
Graph correct_biases(const Graph& model, const std::vector<Range>& ranges, const Settings& settings,
                     const Dataset& dataset, ThreadPool& pool);

}  // namespace tinyml::quantize
