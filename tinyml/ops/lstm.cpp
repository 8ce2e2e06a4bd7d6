// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/kernels/recurrent.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/recurrent.h"

namespace tinyml::ops {

void infer(const Lstm&, Graph& graph, const Node& node) { infer_recurrent(graph, node, 4, 4); }

int64_t macs(const Lstm&, const Graph& graph, const Node& node) {
  return recurrent_macs(graph, node, 4) + 3 * elements(graph[node.outputs[0]].shape);
}

namespace {

constexpr int64_t kGates = 4, kSaved = 6;  // gates, cell, tanh(cell)

kernels::RecurrentStep step_of(const Sequence& s, int64_t rows) {
  return {rows, s.units, s.steps * kSaved * s.units, s.steps * s.units, s.steps * kGates * s.units};
}

}  // namespace

void forward(const Lstm& op, FloatForward& pass) {
  const Sequence s = sequence_of(pass.inputs);
  const PackedGates packed = pack_gates(pass, s, kGates);
  const int64_t width = packed.width, row = kSaved * s.units;
  pass.saved->resize(static_cast<size_t>(s.batch * s.steps * row));
  float* saved = pass.saved->data();
  float* y = pass.outputs[0].data;
  const Blocks samples = few_blocks(s.batch, 4);
  std::vector<float> peaks(static_cast<size_t>(samples.count()));
  for_blocks(*pass.pool, samples, [&](int64_t first, int64_t count, int64_t block, int) {
    const int64_t begin = first * s.steps;
    sum_inputs(pass, s, packed, first, count, saved, row);
    for (int64_t t = 0; t < s.steps; ++t) {
      float* now = saved + (begin + t) * row;
      if (t > 0) {
        kernels::Gemm g{.m = count, .n = width, .k = s.units};
        g.a = y + (begin + t - 1) * s.units;
        g.a_row_stride = s.steps * s.units;
        g.b = packed.of_output;
        g.b_row_stride = width;
        g.c = now;
        g.c_row_stride = s.steps * row;
        g.accumulate = true;
        kernels::gemm(g);
      }
      kernels::lstm_step(step_of(s, count), op.cell_clip, t > 0 ? now - row : nullptr, now,
                         y + (begin + t) * s.units);
    }
    if (!pass.peak) return;
    float& peak = peaks[static_cast<size_t>(block)];
    for (int64_t r = begin; r < begin + count * s.steps; ++r) {
      for (const float* c = saved + r * row + width; c < saved + r * row + width + s.units; ++c) {
        peak = std::max(peak, std::fabs(*c));
      }
    }
  });
  if (pass.peak) *pass.peak = *std::max_element(peaks.begin(), peaks.end());
}

void backward(const Lstm& op, FloatBackward& pass) {
  const Sequence s = sequence_of(pass.inputs);
  const int64_t rows = s.batch * s.steps, width = kGates * s.units, row = kSaved * s.units;
  float* room = aligned_room(
      *pass.workspace, width * (s.units + s.inputs + rows + 1) + s.units * rows + 2 * s.batch * s.units);
  const auto take = [&](int64_t floats) { return std::exchange(room, room + floats); };
  float* output_weights = take(width * s.units);
  float* input_weights = take(width * s.inputs);
  float* gate_gradients = take(width * rows);
  float* bias_gradients = take(width);
  float* previous_outputs = take(s.units * rows);
  float* later = take(s.batch * s.units);
  float* cell_gradient = take(s.batch * s.units);
  stack_gates(pass.inputs, 1, kGates, input_weights);
  stack_gates(pass.inputs, 1 + kGates, kGates, output_weights);
  const float* saved = pass.saved->data();

  for_blocks(*pass.pool, few_blocks(s.batch, 4), [&](int64_t first, int64_t count, int64_t, int) {
    const int64_t begin = first * s.steps;
    std::fill_n(cell_gradient + first * s.units, count * s.units, 0.0f);
    for (int64_t t = s.steps; t-- > 0;) {
      const bool is_last = t + 1 == s.steps;
      if (!is_last) {
        kernels::Gemm g{.m = count, .n = s.units, .k = width};
        g.a = gate_gradients + (begin + t + 1) * width;
        g.a_row_stride = s.steps * width;
        g.b = output_weights;
        g.b_row_stride = s.units;
        g.c = later + first * s.units;
        g.c_row_stride = s.units;
        kernels::gemm(g);
      }
      const float* now = saved + (begin + t) * row;
      kernels::lstm_step_gradient(step_of(s, count), op.cell_clip, t > 0 ? now - row : nullptr, now,
                                  pass.output_gradients[0].data + (begin + t) * s.units,
                                  is_last ? nullptr : later + first * s.units,
                                  cell_gradient + first * s.units, gate_gradients + (begin + t) * width);
    }
    shift_outputs(s, pass.outputs[0].data, first, count, previous_outputs);
    input_gradients(pass, s, gate_gradients, width, input_weights, width, first, count);
  });
  kernels::column_sums(gate_gradients, rows, width, bias_gradients);
  constexpr int64_t kColumns[] = {0, 1, 2, 3, 0, 1, 2, 3};
  matrix_gradients(pass, s, gate_gradients, width, previous_outputs, kColumns);
  for (int64_t gate = 0; gate < kGates; ++gate) {
    float* gradient = pass.input_gradients[static_cast<size_t>(1 + 2 * kGates + gate)].data;
    if (gradient) std::copy_n(bias_gradients + gate * s.units, s.units, gradient);
  }
}

}  // namespace tinyml::ops
