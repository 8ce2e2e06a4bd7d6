// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/base/thread_pool.h"
#include "tinyml/project/models/model.h"
#include "tinyml/quantize/optimize.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml {

struct OptimizedModel {
  Model model;
  quantize::Report report;
};

/// Makes models of any origin smaller.
class TinyMLOptimizer {
 public:
  /// `threads` within 0 and 256; 0: one for every logical CPU.
  explicit TinyMLOptimizer(int threads = 0) : pool_(threads) {}

  /// Errors: as quantize::optimize; invalid_argument, for files that are quantized already.
  OptimizedModel quantize(const Model& model, const quantize::OptimizeOptions& options,
                          const quantize::Dataset& dataset);

  /// The following give a model of the same precision. Errors: as the functions of quantize/smaller.h,
  /// quantize/equalize.h and quantize/dead_channels.h; invalid_argument, for a quantized model where a
  /// float32 one is needed.
  Model prune(const Model& model, const quantize::PruneOptions& options, const quantize::Dataset& dataset);
  Model cluster(const Model& model, int32_t clusters);
  Model low_rank(const Model& model, double energy, int32_t rank);
  Model equalize(const Model& model);
  Model fold_dead_channels(const Model& model);

 private:
  ThreadPool pool_;
};

/// Errors: invalid_argument, for a model that is quantized already, with what to do.
void check_float(const Model& model);

}  // namespace tinyml

namespace tinyml::project {

/// One JSON document: method, examples, sqnr_db, worst_layer, notes, layers; float_accuracy and accuracy
/// where labels were given.
std::string to_json(const quantize::Report& report);
/// For people: the outputs, then a line a layer.
std::string to_text(const quantize::Report& report);

}  // namespace tinyml::project
