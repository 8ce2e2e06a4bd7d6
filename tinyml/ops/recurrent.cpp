// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/recurrent.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tinyml/graph/geometry.h"

namespace tinyml::ops {

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

void pack_gates(const std::vector<FloatTensor>& inputs, int64_t first, int64_t gates, int64_t depth,
                float* packed) {
  const int64_t units = inputs[static_cast<size_t>(first)].shape[0];
  for (int64_t g = 0; g < gates; ++g) {
    const float* from = inputs[static_cast<size_t>(first + g)].data;
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t u = 0; u < units; ++u) packed[k * gates * units + g * units + u] = from[u * depth + k];
    }
  }
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
