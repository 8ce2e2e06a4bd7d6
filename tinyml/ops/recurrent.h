// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the recurrent layers share; for .cpp files only. Their inputs: x, one matrix [units, inputs] a gate,
// one [units, units] a gate, then the biases.

#include <cstdint>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/float_pass.h"

namespace tinyml::ops {

struct Sequence {
  int64_t batch, steps, inputs, units;
};

inline Sequence sequence_of(const std::vector<FloatTensor>& inputs) {
  const Shape& x = inputs[0].shape;
  return {x[0], x[1], x[2], inputs[1].shape[0]};
}

/// [N, T, I] -> [N, T, H]; `biases` vectors of [H]. Errors: bad_file.
void infer_recurrent(Graph& graph, const Node& node, int32_t gates, int32_t biases);
/// Of the matrices alone.
int64_t recurrent_macs(const Graph& graph, const Node& node, int32_t gates);

/// The transposed matrices inputs[first], … side by side: [depth, gates * units].
void pack_gates(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, int64_t depth,
                float* packed);
/// The matrices one below the other: [gates * units, depth].
void stack_gates(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, float* stacked);
/// What each step of the samples [first, first + count) sees of the step before: zeros, then the outputs.
void shift_outputs(const Sequence& s, const float* outputs, int64_t first, int64_t count, float* previous);

/// The table of device/nn/gate_functions.h: sigmoid(i / 24), each entry raised by half of what linear
/// interpolation lacks in the middle between two, as TensorFlow Lite has it.
std::vector<uint16_t> gate_table();

}  // namespace tinyml::ops
