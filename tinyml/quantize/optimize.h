// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/calibrate.h"
#include "tinyml/quantize/mixed.h"
#include "tinyml/quantize/report.h"
#include "tinyml/quantize/tune.h"

namespace tinyml::quantize {

enum class Method : uint8_t {
  int8,      // post-training: activations and weights int8
  int16x8,   // post-training: activations symmetric int16, weights int8
  mixed,     // int8, but int16x8 where int8 loses too much
  int8_qat,  // int8 after training on with rounded weights and activations
  float16,   // float32 whose file keeps its weights as float16
};
/// Errors: invalid_argument, with the nearest names.
Method parse_method(std::string_view name);
std::string_view name_of(Method method);

/// Whether a method reads an option of OptimizeOptions, which has the name that Python gives it
/// ("least_sqnr_db"). Errors: invalid_argument, naming the methods that do; others pass.
void check_option_of(Method method, std::string_view option);

struct OptimizeOptions {
  Method method = Method::int8;
  CalibrationOptions calibration = {Calibration::min_max};
  bool equalize = false;      // cross-layer equalisation before
  bool correct_bias = false;  // empirical bias correction (int8, int16x8, mixed)
  /// After int8 and int8_qat: leaves out the channels that provably never matter; a note says how much.
  bool fold_dead_channels = true;
  MixedOptions mixed = {};
  TuneOptions tuning = {};  // of int8_qat
  /// Of the model's first input, where a signal processing block has set its parameters.
  std::optional<Quantization> input = {};
  /// Up to this many examples go into the report, of labelled ones eight times as many; a quarter of them
  /// into bias correction and mixed.
  size_t report_examples = 128;
  ProgressHook progress = {};
};

struct Optimized {
  Graph graph;
  Report report;
};

/// A float32 model, of training or of any file, quantized with representative examples of its inputs; float16
/// needs none and then has no report by layer.
/// Errors: invalid_argument, for a model that is quantized already or examples that do not do; unsupported,
/// naming the layer that has no quantized form.
Optimized optimize(const Graph& model, const OptimizeOptions& options, const Dataset& dataset,
                   ThreadPool& pool);

/// The model as it is quantized: batch normalisation and activations folded into the layers before, what is
/// left of them in other operators, int8 weights of a dynamic-range model as float32. Errors:
/// invalid_argument, for a model that is quantized already.
Graph prepare(const Graph& model);

}  // namespace tinyml::quantize
