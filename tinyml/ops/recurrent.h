// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the recurrent layers share; for .cpp files only. Their inputs: x, one matrix [units, inputs] a gate,
// one [units, units] a gate, then the biases.

#include <cstdint>
#include <span>
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

/// The parameters of all gates, transposed and side by side, in the pass's workspace. The biases are the
/// first of each gate.
struct PackedGates {
  int64_t width;     // gates * units
  float* of_input;   // [inputs, width]
  float* of_output;  // [units, width]
  float* bias;       // [width]
};
PackedGates pack_gates(FloatForward& pass, const Sequence& s, int64_t gates);
/// sums[step] = x[step] * of_input + bias for the samples [first, first + count), `row` floats a step.
void sum_inputs(const FloatForward& pass, const Sequence& s, const PackedGates& packed, int64_t first,
                int64_t count, float* sums, int64_t row);

/// The matrices one below the other: [gates * units, depth].
void stack_gates(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, float* stacked);
/// Of the samples [first, first + count), from the gradients of the gates' sums, `row` floats a step, and the
/// `width` rows of their matrices, stacked. Nothing where nobody asks for them.
void input_gradients(const FloatBackward& pass, const Sequence& s, const float* gate_gradients, int64_t row,
                     const float* stacked, int64_t width, int64_t first, int64_t count);
/// Of the matrices: columns[m] * units floats into a step stand the gradients of the sums of matrix m.
void matrix_gradients(const FloatBackward& pass, const Sequence& s, const float* gate_gradients, int64_t row,
                      const float* previous_outputs, std::span<const int64_t> columns);
/// What each step of the samples [first, first + count) sees of the step before: zeros, then the outputs.
void shift_outputs(const Sequence& s, const float* outputs, int64_t first, int64_t count, float* previous);

/// The table of device/nn/gate_functions.h: sigmoid(i / 24), each entry raised by half of what linear
/// interpolation lacks in the middle between two, as TensorFlow Lite has it.
std::vector<uint16_t> gate_table();

/// Where int8 kernels run over themselves: step t reads its input row while it writes its output row.
int64_t recurrent_lead(int32_t steps, int32_t inputs, int32_t units);

/// The order of device/nn/lstm.h and gru.h: unit by unit the biases of all matrices, then the weights of the
/// input's gates, by depth, and of the recurrent ones. A Matrix has values [units, depth] and a bias [units].
template <class Matrices, class Bias>
void interleave_gates(const Matrices& matrices, size_t inputs, size_t units, std::vector<int8_t>& weights,
                      std::vector<Bias>& biases) {
  const size_t gates = matrices.size() / 2;
  for (size_t unit = 0; unit < units; ++unit) {
    for (const auto& matrix : matrices) biases.push_back(matrix.bias[unit]);
    for (const size_t first : {size_t{0}, gates}) {
      const size_t depth = first == 0 ? inputs : units;
      for (size_t k = 0; k < depth; ++k) {
        for (size_t g = first; g < first + gates; ++g)
          weights.push_back(matrices[g].values[unit * depth + k]);
      }
    }
  }
}

}  // namespace tinyml::ops
