// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/quantize/calibrate.h"

namespace tinyml::quantize {

/// A float32 graph (folded for inference) as int8 by the TFLite 8-bit quantization specification:
/// activations asymmetric per tensor from `ranges`, weights symmetric per output channel in [-127, 127],
/// biases int32 with scale input * weights, softmax output 1/256 with zero point -128; an Lstm's matrices
/// with one scale each (a Gru's too, its state being int16 of scale 2^-15), its cells int16 with the power of
/// two that holds their range. Operators that only move or select values (reshape, pooling) keep their
/// input's parameters. `ranges` are those of calibrate; without those of the nodes an Lstm's cells are taken
/// to stay within +-8. `input` fixes the parameters of the graph's input where a signal processing block has
/// set them. Errors: unsupported, for an operator without int8 form.
Graph quantize(const Graph& graph, const std::vector<Range>& ranges,
               const std::optional<Quantization>& input = {});

/// Scale and zero point for a range that contains 0.
Quantization activation_quantization(Range range);

}  // namespace tinyml::quantize
