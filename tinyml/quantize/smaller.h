// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/tune.h"

namespace tinyml::quantize {

/// The model with its constants rounded to the nearest float16, marked by set_half_weights. Numbers beyond
/// +-65504 become that.
Graph to_float16(const Graph& model);

/// The float16 nearest to a number (ties to even), as a float32.
float round_to_half(float value);

struct PruneOptions {
  enum class Pattern { channels, n_of_m } pattern = Pattern::channels;
  double share = 0.5;       // channels: of the channels between layers, how many go
  int32_t n = 2, m = 4;     // n_of_m: of every m neighbours along the input channels n stay
  TuneOptions tuning = {};  // epochs 0: no fine-tuning
};

/// "channels" or "n_of_m". Errors: invalid_argument.
PruneOptions::Pattern parse_pattern(std::string_view name);

/// The model (prepared) without what matters least. channels: of each convolution or dense layer whose output
/// only one such layer reads, through depthwise and pooling ones, those whose weights are smallest (L1, Li et
/// al. 2017) go with all that reads them. n_of_m: the smallest weights of each group become 0 (Zhou et al.
/// 2021). What is left is trained on, if there are examples. Errors: invalid_argument, for shares and
/// patterns outside of their range.
Graph prune(const Graph& model, const PruneOptions& options, const Dataset& dataset, ThreadPool& pool);

/// Each layer's weights as `clusters` different values (k-means, from evenly spread ones; Han et al. 2016).
/// They compress well; their size as they are is the same. Errors: invalid_argument.
Graph cluster(const Graph& model, int32_t clusters);

/// Each dense layer as two through the `energy` share of the squared singular values of its weights, or
/// `rank` of them, where that takes fewer weights. Errors: invalid_argument.
Graph low_rank(const Graph& model, double energy, int32_t rank = 0);

}  // namespace tinyml::quantize
