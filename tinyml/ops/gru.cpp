// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "tinyml/kernels/elementwise.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/kernels/recurrent.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/recurrent.h"

namespace tinyml::ops {

void infer(const Gru&, Graph& graph, const Node& node) { infer_recurrent(graph, node, 3, 4); }

int64_t macs(const Gru&, const Graph& graph, const Node& node) {
  return recurrent_macs(graph, node, 3) + 2 * elements(graph[node.outputs[0]].shape);
}

namespace {

constexpr int64_t kGates = 3, kSaved = 4;  // gates, the new gate's recurrent sum

kernels::RecurrentStep step_of(const Sequence& s, int64_t rows) {
  return {rows, s.units, s.steps * kSaved * s.units, s.steps * s.units, s.steps * kSaved * s.units};
}

}  // namespace

void forward(const Gru&, FloatForward& pass) {
  const Sequence s = sequence_of(pass.inputs);
  const PackedGates packed = pack_gates(pass, s, kGates);
  const int64_t width = packed.width, row = kSaved * s.units;
  const float* recurrent_bias = pass.inputs[1 + 3 * kGates].data;
  pass.saved->resize(static_cast<size_t>(s.batch * s.steps * row));
  float* saved = pass.saved->data();
  float* y = pass.outputs[0].data;
  for_blocks(*pass.pool, few_blocks(s.batch, 4), [&](int64_t first, int64_t count, int64_t, int) {
    const int64_t begin = first * s.steps;
    sum_inputs(pass, s, packed, first, count, saved, row);
    for (int64_t t = 0; t < s.steps; ++t) {
      float* now = saved + (begin + t) * row;
      const float* previous = t > 0 ? y + (begin + t - 1) * s.units : nullptr;
      if (previous) {
        kernels::Gemm g{.m = count, .n = 2 * s.units, .k = s.units};
        g.a = previous;
        g.a_row_stride = s.steps * s.units;
        g.b = packed.of_output;
        g.b_row_stride = width;
        g.c = now;
        g.c_row_stride = s.steps * row;
        g.accumulate = true;
        kernels::gemm(g);
        g.n = s.units;
        g.b = packed.of_output + 2 * s.units;
        g.c = now + width;
        g.bias = recurrent_bias;
        g.accumulate = false;
        kernels::gemm(g);
      } else {
        for (int64_t i = 0; i < count; ++i)
          std::copy_n(recurrent_bias, s.units, now + i * s.steps * row + width);
      }
      kernels::gru_step(step_of(s, count), previous, now, y + (begin + t) * s.units);
    }
  });
}

void backward(const Gru&, FloatBackward& pass) {
  const Sequence s = sequence_of(pass.inputs);
  const int64_t rows = s.batch * s.steps, width = kGates * s.units, row = kSaved * s.units;
  float* room = aligned_room(*pass.workspace, width * (s.units + s.inputs) + row * (rows + 1) +
                                                  s.units * rows + 2 * s.batch * s.units);
  const auto take = [&](int64_t floats) { return std::exchange(room, room + floats); };
  float* output_weights = take(width * s.units);  // update, reset, new
  float* input_weights = take(width * s.inputs);  // new, update, reset
  float* gate_gradients = take(row * rows);       // new, update, reset, the new gate's recurrent sum
  float* sums = take(row);
  float* previous_outputs = take(s.units * rows);
  float* later = take(s.batch * s.units);
  float* carry = take(s.batch * s.units);
  stack_gates(pass.inputs, 1 + kGates, kGates, output_weights);
  stack_gates(pass.inputs, 3, 1, input_weights);
  stack_gates(pass.inputs, 1, 2, input_weights + s.units * s.inputs);
  const float* saved = pass.saved->data();
  const float* y = pass.outputs[0].data;

  for_blocks(*pass.pool, few_blocks(s.batch, 4), [&](int64_t first, int64_t count, int64_t, int) {
    const int64_t begin = first * s.steps;
    std::fill_n(carry + first * s.units, count * s.units, 0.0f);
    for (int64_t t = s.steps; t-- > 0;) {
      const bool is_last = t + 1 == s.steps;
      if (!is_last) {
        kernels::Gemm g{.m = count, .n = s.units, .k = width};
        g.a = gate_gradients + (begin + t + 1) * row + s.units;
        g.a_row_stride = s.steps * row;
        g.b = output_weights;
        g.b_row_stride = s.units;
        g.c = later + first * s.units;
        g.c_row_stride = s.units;
        kernels::gemm(g);
      }
      kernels::gru_step_gradient(
          step_of(s, count), t > 0 ? y + (begin + t - 1) * s.units : nullptr, saved + (begin + t) * row,
          pass.output_gradients[0].data + (begin + t) * s.units, is_last ? nullptr : later + first * s.units,
          carry + first * s.units, gate_gradients + (begin + t) * row);
    }
    shift_outputs(s, y, first, count, previous_outputs);
    input_gradients(pass, s, gate_gradients, row, input_weights, width, first, count);
  });
  kernels::column_sums(gate_gradients, rows, row, sums);
  // Where the gradients of each matrix's sums lie, and of each bias's.
  constexpr int64_t kColumns[] = {1, 2, 0, 1, 2, 3}, kBiasColumns[] = {1, 2, 0, 3};
  matrix_gradients(pass, s, gate_gradients, row, previous_outputs, kColumns);
  for (size_t bias = 0; bias < 4; ++bias) {
    float* gradient = pass.input_gradients[1 + 2 * kGates + bias].data;
    if (gradient) std::copy_n(sums + kBiasColumns[bias] * s.units, s.units, gradient);
  }
}

}  // namespace tinyml::ops
