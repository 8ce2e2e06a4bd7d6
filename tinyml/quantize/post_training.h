// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/quantize/calibrate.h"
#include "tinyml/quantize/rules.h"

namespace tinyml::quantize {

struct Settings {
  /// Of the graph's input 0, where a signal processing block has set its parameters.
  std::optional<Quantization> input = {};
  /// Of every node; empty: int8 throughout. Nodes without an int16x8 form are int8 all the same.
  std::vector<Scheme> schemes = {};
};

/// A float32 graph (folded for inference) quantized by the TFLite specification: activations per tensor from
/// `ranges`, weights symmetric per output channel in [-127, 127], biases with the scale input * weights,
/// softmax output 1/256 with zero point -128; an Lstm's matrices with one scale each (a Gru's too, its state
/// being int16 of scale 2^-15), its cells int16 with the power of two that holds their range. Operators that
/// only move or select values (reshape, pooling) keep their input's parameters, those that join tensors
/// (concatenation) give all of them one; rules.h says which. Where a layer needs other parameters or another
/// scheme than its input has, a Quantize stands between. Tensors keep their ids, new ones follow.
/// `ranges` are those of calibrate; without those of the nodes an Lstm's cells are taken to stay within +-8.
/// Errors: unsupported, naming the operator that has no quantized form.
Graph quantize(const Graph& graph, const std::vector<Range>& ranges, const Settings& settings = {});

/// Scale and zero point for a range that contains 0.
Quantization activation_quantization(Range range, Scheme scheme = Scheme::int8);

}  // namespace tinyml::quantize
