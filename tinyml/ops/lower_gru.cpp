// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdlib>

#include "tinyml/device/nn/gru.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/recurrent.h"

namespace tinyml::ops {
namespace {

constexpr size_t kGates = 3;
constexpr double kStateScale = 1.0 / 32768;

struct GateMatrix {
  std::span<const int8_t> values;
  std::vector<int32_t> bias;
  int32_t multiplier = 0, shift = 0;
};

// `largest` bounds the magnitude of what the matrix multiplies, the zero point subtracted.
GateMatrix gate_matrix(const Graph& graph, TensorId weights, TensorId bias, float input_scale,
                       int32_t zero_point, int64_t largest) {
  const Tensor& tensor = graph[weights];
  GateMatrix matrix{int8_weights(graph, weights), {}, 0, 0};
  if (tensor.quantization.per_channel()) {
    throw Error(ErrorKind::unsupported, "weights \"" + tensor.name + "\" have more than one scale");
  }
  const auto units = static_cast<size_t>(tensor.shape[0]);
  matrix.bias.resize(units);
  if (bias != kNoTensor) {
    if (!graph[bias].is_constant() || graph[bias].dtype != DType::int32) {
      throw Error(ErrorKind::unsupported, "bias \"" + graph[bias].name + "\" is not an int32 constant");
    }
    const auto values = graph[bias].values<int32_t>();
    matrix.bias.assign(values.begin(), values.end());
  }
  const size_t depth = matrix.values.size() / units;
  for (size_t unit = 0; unit < units; ++unit) {
    int64_t reach = std::abs(int64_t{matrix.bias[unit]});
    for (size_t k = 0; k < depth; ++k) {
      reach += largest * std::abs(int64_t{matrix.values[unit * depth + k]});
    }
    if (reach > INT32_MAX) {
      throw Error(ErrorKind::unsupported, "weights \"" + tensor.name + "\": a sum that 32 bits may not hold");
    }
  }
  fold_zero_point(matrix.bias, sums_of_rows(matrix.values, tensor.shape[0]), zero_point);
  // As TensorFlow Lite rescales 64-bit sums: with a multiplier of 16 bits.
  const Multiplier full =
      quantize_multiplier(double{input_scale} * double{tensor.quantization.scale()} * 4096);
  matrix.multiplier = full.value < 0x7fff0000 ? (full.value + (1 << 15)) >> 16 : 0x7fff;
  matrix.shift = 15 - full.shift;
  if (matrix.shift < 1) {
    throw Error(ErrorKind::unsupported, "weights \"" + tensor.name + "\" have too large a scale");
  }
  return matrix;
}

}  // namespace

KernelCall lower(const Gru& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = int8_activation(graph, node.inputs.at(0));
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  if (input.shape.at(0) != 1) throw Error(ErrorKind::unsupported, "a batch, where 1 is needed");
  device::GruParams p{};
  p.steps = input.shape[1];
  p.inputs = input.shape[2];
  p.units = graph[node.outputs[0]].shape[2];
  const auto inputs = static_cast<size_t>(p.inputs), units = static_cast<size_t>(p.units);

  std::array<GateMatrix, 2 * kGates> matrices;
  std::vector<int32_t> rescales;
  for (size_t m = 0; m < matrices.size(); ++m) {
    const bool recurrent = m >= kGates;
    const bool has_bias = !recurrent || m + 1 == matrices.size();
    const TensorId bias = has_bias ? node.inputs.at(1 + 2 * kGates + (recurrent ? kGates : m)) : kNoTensor;
    matrices[m] =
        recurrent ? gate_matrix(graph, node.inputs[1 + m], bias, static_cast<float>(kStateScale), 0, 32768)
                  : gate_matrix(graph, node.inputs[1 + m], bias, input.quantization.scale(),
                                input.quantization.zero_point(), 255);
    rescales.insert(rescales.end(), {matrices[m].multiplier, matrices[m].shift});
  }
  std::vector<int8_t> weights;
  std::vector<int32_t> biases;
  interleave_gates(matrices, inputs, units, weights, biases);
  const Multiplier out = quantize_multiplier(kStateScale / double{output.scale()});
  p.output_multiplier = out.value;
  p.output_shift = out.shift;
  p.output_zero_point = output.zero_point();

  std::vector<Table> tables = {make_table("weights", weights), make_table("biases", biases),
                               make_table("rescales", rescales), make_table("sigmoid", gate_table())};
  const int64_t bytes = device::gru_state_bytes(p.units);
  const int64_t lead = recurrent_lead(p.steps, p.inputs, p.units);
  if (!op.stateful) {
    return make_call<1, int8_t, int32_t, int32_t, uint16_t>("gru.h", "gru", p, std::move(tables), bytes, lead,
                                                            TINYML_KERNEL(gru));
  }
  return with_state(make_call<1, int8_t, int32_t, int32_t, uint16_t>(
      "gru.h", "gru_stateful", p, std::move(tables), bytes, lead, TINYML_KERNEL(gru_stateful)));
}

}  // namespace tinyml::ops
