// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/base/thread_pool.h"
#include "tinyml/project/model.h"
#include "tinyml/quantize/optimize.h"

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

  /// Errors: as quantize::optimize.
  OptimizedModel quantize(const Model& model, const quantize::OptimizeOptions& options,
                          const quantize::Dataset& dataset);

 private:
  ThreadPool pool_;
};

}  // namespace tinyml

namespace tinyml::project {

/// One JSON document: method, examples, sqnr_db, worst_layer, notes, layers; float_accuracy and accuracy
/// where labels were given.
std::string to_json(const quantize::Report& report);

}  // namespace tinyml::project
