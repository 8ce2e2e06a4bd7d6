// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/dataset.h"

namespace tinyml::quantize {

/// What a layer of a quantized model keeps of the float32 model. Ratios of signal to quantization noise in
/// dB, at most kMostDb.
struct LayerReport {
  static constexpr double kMostDb = 200;

  size_t node = 0;  // of the float32 graph
  std::string name, op;
  std::string type;         // of its output: "int8", "int16", "float32"
  double sqnr_db = 0;       // of its output, all layers before being quantized too
  double own_sqnr_db = 0;   // of its output for exact inputs: what it loses itself
  float low = 0, high = 0;  // its output in the float32 model
  double saturated = 0;     // the share of that which lies beyond what its type holds
};

struct Report {
  std::string method;
  size_t examples = 0, given = 0;   // compared on so many of the given ones
  double sqnr_db = 0;               // of the model's outputs
  std::vector<LayerReport> layers;  // in execution order
  std::string worst_layer;          // the one that loses most itself
  /// The share of labelled examples that each classifies as they are labelled.
  std::optional<double> float_accuracy, accuracy;
  std::vector<std::string> notes;
};

/// Compares a quantized graph with the float32 graph that it was made from, tensor by tensor (ids are the
/// same). Errors: as Engine.
Report compare(const Graph& reference, const Graph& quantized, const Dataset& dataset, ThreadPool& pool);

/// 10 log10(signal / noise), within 0 - kMostDb and kMostDb.
double decibels(double signal, double noise);

}  // namespace tinyml::quantize
