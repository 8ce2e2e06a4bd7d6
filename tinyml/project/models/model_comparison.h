// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/quantize/dataset.h"

namespace tinyml::project {

/// Between the real numbers that two tensors stand for, over all examples.
struct Difference {
  double largest = 0, mean = 0;  // of its magnitude
  double largest_value = 0;      // of the first tensor's magnitudes
  double sqnr_db = 0;            // the first tensor to the difference; at most 200
};

struct OutputComparison {
  std::string a, b;  // names
  int64_t elements = 0;
  Difference difference;
  std::optional<double> same_arg_max;  // the share of examples; of outputs of two elements or more
};

struct LayerComparison {
  size_t a_node = 0, b_node = 0;
  std::string a, b;  // names of what is compared
  std::string op, shape, a_type, b_type;
  Difference difference;
};

struct ModelComparison {
  std::string a, b;  // what the user calls them
  size_t examples = 0;
  bool consecutive = false;  // examples are steps of one stream: a model keeps a state
  std::vector<OutputComparison> outputs;
  std::vector<LayerComparison> layers;           // that both have, in the order of A
  size_t a_layers = 0, b_layers = 0;             // that each has
  int32_t falls_most = -1;                       // the layer that brings in most noise; -1: there is none
  std::optional<double> a_accuracy, b_accuracy;  // where the classes of examples are known
};

/// Runs both models on the same examples, which are of A's inputs; B may take them in another layout
/// (with_layout_of) and type. Errors: invalid_argument, for inputs or outputs that do not fit each other;
/// unsupported, as run::Engine.
ModelComparison compare_models(const Graph& a, const Graph& b, const quantize::Dataset& dataset,
                               ThreadPool& pool, const ProgressHook& progress = {});

/// One JSON document.
std::string to_json(const ModelComparison& comparison);
/// For people: outputs, then a line a layer.
std::string to_text(const ModelComparison& comparison);

}  // namespace tinyml::project
