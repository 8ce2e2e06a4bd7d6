// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/recurrent.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/ops/float_blocks.h"

namespace tinyml::ops {
namespace {

/// The transposed matrices inputs[first], ... side by side: [depth, gates * units].
void pack(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, int64_t depth,
          float* packed) {
  const int64_t units = inputs[static_cast<size_t>(first)].shape[0];
  for (int64_t g = 0; g < gates; ++g) {
    const float* from = inputs[static_cast<size_t>(first + g)].data;
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t u = 0; u < units; ++u) packed[k * gates * units + g * units + u] = from[u * depth + k];
    }
  }
}

}  // namespace

void infer_recurrent(Graph& graph, const Node& node, int32_t gates, int32_t biases) {
  const std::string name(name_of(node.op));
  const auto expected = static_cast<size_t>(1 + 2 * gates + biases);
  if (node.inputs.size() != expected) {
    throw Error(ErrorKind::bad_file, name + " needs " + std::to_string(expected) + " inputs, not " +
                                         std::to_string(node.inputs.size()));
  }
  const Shape x = input_shape(graph, node, 3);
  const Shape& first = graph[node.inputs[1]].shape;
  const int32_t units = first.empty() ? 0 : first[0];
  for (size_t i = 1; i < expected; ++i) {
    const bool matrix = static_cast<int32_t>(i) <= 2 * gates;
    const Shape wanted =
        matrix ? Shape{units, static_cast<int32_t>(i) <= gates ? x[2] : units} : Shape{units};
    if (node.inputs[i] == kNoTensor || units < 1 || graph[node.inputs[i]].shape != wanted) {
      throw Error(ErrorKind::bad_file, name + ": its input " + std::to_string(i) +
                                           " does not have the shape " + to_string(wanted));
    }
  }
  set_output(graph, node, {x[0], x[1], units});
}

int64_t recurrent_macs(const Graph& graph, const Node& node, int32_t gates) {
  const Shape& x = graph[node.inputs[0]].shape;
  const int64_t units = graph[node.outputs[0]].shape[2];
  return int64_t{x[0]} * x[1] * gates * units * (x[2] + units);
}

PackedGates pack_gates(FloatForward& pass, const Sequence& s, int64_t gates) {
  const int64_t width = gates * s.units;
  PackedGates packed{width, aligned_room(*pass.workspace, (s.inputs + s.units + 1) * width), nullptr,
                     nullptr};
  packed.of_output = packed.of_input + s.inputs * width;
  packed.bias = packed.of_output + s.units * width;
  pack(pass.inputs, 1, gates, s.inputs, packed.of_input);
  pack(pass.inputs, 1 + gates, gates, s.units, packed.of_output);
  pack(pass.inputs, 1 + 2 * gates, gates, 1, packed.bias);
  return packed;
}

void sum_inputs(const FloatForward& pass, const Sequence& s, const PackedGates& packed, int64_t first,
                int64_t count, float* sums, int64_t row) {
  const int64_t begin = first * s.steps;
  kernels::Gemm g{.m = count * s.steps, .n = packed.width, .k = s.inputs};
  g.a = pass.inputs[0].data + begin * s.inputs;
  g.a_row_stride = s.inputs;
  g.b = packed.of_input;
  g.b_row_stride = packed.width;
  g.c = sums + begin * row;
  g.c_row_stride = row;
  g.bias = packed.bias;
  kernels::gemm(g);
}

void input_gradients(const FloatBackward& pass, const Sequence& s, const float* gate_gradients, int64_t row,
                     const float* stacked, int64_t width, int64_t first, int64_t count) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  const int64_t begin = first * s.steps;
  kernels::Gemm g{.m = count * s.steps, .n = s.inputs, .k = width};
  g.a = gate_gradients + begin * row;
  g.a_row_stride = row;
  g.b = stacked;
  g.b_row_stride = s.inputs;
  g.c = dx + begin * s.inputs;
  g.c_row_stride = s.inputs;
  kernels::gemm(g);
}

void matrix_gradients(const FloatBackward& pass, const Sequence& s, const float* gate_gradients, int64_t row,
                      const float* previous_outputs, std::span<const int64_t> columns) {
  pass.pool->run(columns.size(), [&](size_t m, int) {
    float* gradient = pass.input_gradients[1 + m].data;
    if (!gradient) return;
    const bool recurrent = 2 * m >= columns.size();
    const int64_t depth = recurrent ? s.units : s.inputs;
    kernels::Gemm g{.m = s.units, .n = depth, .k = s.batch * s.steps};
    g.a = gate_gradients + columns[m] * s.units;
    g.a_row_stride = 1;
    g.a_depth_stride = row;
    g.b = recurrent ? previous_outputs : pass.inputs[0].data;
    g.b_row_stride = depth;
    g.c = gradient;
    g.c_row_stride = depth;
    kernels::gemm(g);
  });
}

void stack_gates(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, float* stacked) {
  for (int64_t g = 0; g < gates; ++g) {
    const FloatTensor& from = inputs[static_cast<size_t>(first + g)];
    stacked = std::copy_n(from.data, from.size(), stacked);
  }
}

void shift_outputs(const Sequence& s, const float* outputs, int64_t first, int64_t count, float* previous) {
  for (int64_t sample = first; sample < first + count; ++sample) {
    float* to = previous + sample * s.steps * s.units;
    std::fill_n(to, s.units, 0.0f);
    std::copy_n(outputs + sample * s.steps * s.units, (s.steps - 1) * s.units, to + s.units);
  }
}

int64_t recurrent_lead(int32_t steps, int32_t inputs, int32_t units) {
  return std::max<int64_t>(units, int64_t{steps} * units - int64_t{steps - 1} * inputs);
}

std::vector<uint16_t> gate_table() {
  const auto sigmoid = [](int i) { return 1 / (1 + std::exp(-i / 24.0)); };
  std::vector<uint16_t> table;
  for (int i = 0; i < 255; ++i) {
    const double bend = 2 * sigmoid(i) - sigmoid(i + 1) - sigmoid(i - 1);
    table.push_back(static_cast<uint16_t>(std::round(65536 * (sigmoid(i) + bend / 16))));
  }
  table.push_back(65535);
  return table;
}

}  // namespace tinyml::ops
