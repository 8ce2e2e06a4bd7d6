// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "tinyml/device/nn/lstm.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/recurrent.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

constexpr size_t kGates = 4;

// A matrix of one gate: its values, their sums with the bias and the zero point in, and the rescaling to the
// 12 fraction bits of the gates' sums.
struct GateMatrix {
  std::span<const int8_t> values;
  std::vector<int32_t> bias;
  Multiplier rescale;
};

GateMatrix gate_matrix(const Graph& graph, TensorId weights, TensorId bias, const Quantization& input) {
  const Tensor& tensor = graph[weights];
  GateMatrix matrix{int8_weights(graph, weights), {}, {}};
  if (tensor.quantization.per_channel()) {
    throw Error(ErrorKind::unsupported, "weights \"" + tensor.name + "\" have more than one scale");
  }
  const int32_t units = tensor.shape[0];
  matrix.bias.resize(static_cast<size_t>(units));
  if (bias != kNoTensor) {
    if (!graph[bias].is_constant() || graph[bias].dtype != DType::int32) {
      throw Error(ErrorKind::unsupported, "bias \"" + graph[bias].name + "\" is not an int32 constant");
    }
    const auto values = graph[bias].values<int32_t>();
    matrix.bias.assign(values.begin(), values.end());
  }
  fold_zero_point(matrix.bias, sums_of_rows(matrix.values, units), input.zero_point());
  matrix.rescale = quantize_multiplier(double{input.scale()} * double{tensor.quantization.scale()} * 4096);
  return matrix;
}

}  // namespace

KernelCall lower(const Lstm& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = int8_activation(graph, node.inputs.at(0));
  const Quantization& output = int8_activation(graph, node.outputs.at(0)).quantization;
  if (input.shape.at(0) != 1) throw Error(ErrorKind::unsupported, "a batch, where 1 is needed");
  if (op.cell_scale_log2 < -24 || op.cell_scale_log2 > -2) {
    throw Error(ErrorKind::unsupported, "a cell scale of 2^" + std::to_string(op.cell_scale_log2));
  }
  device::LstmParams p{};
  p.steps = input.shape[1];
  p.inputs = input.shape[2];
  p.units = graph[node.outputs[0]].shape[2];
  const auto inputs = static_cast<size_t>(p.inputs), units = static_cast<size_t>(p.units);

  std::array<GateMatrix, 2 * kGates> matrices;
  std::vector<int32_t> rescales;
  for (size_t m = 0; m < matrices.size(); ++m) {
    const bool of_input = m < kGates;
    const TensorId bias = of_input ? node.inputs.at(1 + 2 * kGates + m) : kNoTensor;
    matrices[m] = gate_matrix(graph, node.inputs[1 + m], bias, of_input ? input.quantization : output);
    rescales.insert(rescales.end(), {matrices[m].rescale.value, matrices[m].rescale.shift});
  }
  std::vector<int8_t> weights;
  std::vector<int32_t> biases;
  interleave_gates(matrices, inputs, units, weights, biases);

  const int cell = op.cell_scale_log2;
  const Multiplier keep = quantize_multiplier(std::ldexp(1.0, -15));
  const Multiplier add = quantize_multiplier(std::ldexp(1.0, -30 - cell));
  const Multiplier out = quantize_multiplier(std::ldexp(1.0, -30) / double{output.scale()});
  p.forget_multiplier = keep.value;
  p.forget_shift = keep.shift;
  p.input_multiplier = add.value;
  p.input_shift = add.shift;
  const double clip = std::min(std::ldexp(double{op.cell_clip}, -cell), 32767.0);
  p.cell_max = op.cell_clip > 0 ? static_cast<int32_t>(clip) : 32767;
  p.cell_min = op.cell_clip > 0 ? -p.cell_max : -32768;
  p.tanh_multiplier = cell >= -12 ? 3 << (12 + cell) : 3;
  p.tanh_shift = cell >= -12 ? 0 : -12 - cell;
  p.output_multiplier = out.value;
  p.output_shift = out.shift;
  p.output_zero_point = output.zero_point();

  std::vector<Table> tables = {make_table("weights", weights), make_table("biases", biases),
                               make_table("rescales", rescales), make_table("sigmoid", gate_table())};
  const int64_t bytes = device::lstm_state_bytes(p.units);
  const int64_t lead = recurrent_lead(p.steps, p.inputs, p.units);
  if (!op.stateful) {
    return make_call<1, int8_t, int32_t, int32_t, uint16_t>("lstm.h", "lstm", p, std::move(tables), bytes,
                                                            lead, TINYML_KERNEL(lstm));
  }
  return with_state(make_call<1, int8_t, int32_t, int32_t, uint16_t>(
      "lstm.h", "lstm_stateful", p, std::move(tables), bytes, lead, TINYML_KERNEL(lstm_stateful)));
}

namespace {

/// TensorFlow Lite's states outlive an inference: those of a windowed net are set to zero before it.
void begin_anew(TfliteWriter& writer) {
  using Builtin = schema::BuiltinOperator;
  const auto hidden = static_cast<int32_t>(writer.node.inputs.size());
  const int32_t cell = hidden + 1, extents = hidden + 2, zero = hidden + 3;
  const Tensor& state = writer.variables[0];
  const bool int8 = writer.is_int8();
  const auto constant = [&](const char* name, DType dtype, Shape shape, Quantization quantization,
                            std::shared_ptr<const std::vector<uint8_t>> data) {
    writer.step_tensors.push_back(
        {state.name + name, dtype, std::move(shape), std::move(quantization), std::move(data)});
  };
  constant("/shape", DType::int32, {2}, {}, to_constant(std::span<const int32_t>(state.shape)));
  const std::vector<int8_t> zero_point(1, int8 ? static_cast<int8_t>(state.quantization.zero_point()) : 0);
  const std::vector<float> real_zero(1);
  constant("/zero", state.dtype, {}, state.quantization,
           int8 ? to_constant<int8_t>(zero_point) : to_constant<float>(real_zero));
  const auto options = std::make_shared<schema::BuiltinOptionsUnion>();
  writer.first_steps.push_back({Builtin::FILL, int8 ? 3 : 1, {extents, zero}, {hidden}, options});
  if (int8) {
    const auto rescaling = std::make_shared<schema::BuiltinOptionsUnion>();
    rescaling->Set(schema::QuantizeOptionsT());
    writer.first_steps.push_back({Builtin::QUANTIZE, 2, {hidden}, {cell}, rescaling});
    writer.min_runtime = "2.5.0";
  } else {
    writer.first_steps.push_back({Builtin::FILL, 1, {extents, zero}, {cell}, options});
  }
}

}  // namespace

void write_tflite(const Lstm& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM;
  writer.version = writer.is_int8() ? 3 : 1;
  writer.min_runtime = writer.is_int8() ? "2.4.0" : "1.13.1";
  schema::UnidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  options.cell_clip = op.cell_clip;
  writer.options.Set(std::move(options));

  const Tensor& output = writer.output();
  const auto tensor = [&](const char* name, Shape shape, DType dtype, Quantization quantization) {
    return Tensor{output.name + name, dtype, std::move(shape), std::move(quantization), nullptr};
  };
  const Shape state{1, output.shape[2]};
  const bool int8 = writer.is_int8();
  const Quantization cell{{std::ldexp(1.0f, op.cell_scale_log2)}, {0}, 0};
  writer.variables = {
      tensor("/state", state, output.dtype, output.quantization),
      tensor("/cell", state, int8 ? DType::int16 : DType::float32, int8 ? cell : Quantization())};
  // Peephole weights (9 to 11), projection (16, 17) and layer normalisation (20 to 23) are left out.
  constexpr int32_t kNone = TfliteWriter::kLeftOut;
  writer.order = {0, 1,  2,  3,  4,     5,     6,  7,  8,     kNone, kNone, kNone,
                  9, 10, 11, 12, kNone, kNone, 13, 14, kNone, kNone, kNone, kNone};
  if (!op.stateful) begin_anew(writer);
  if (!int8) return;
  // TensorFlow Lite's own runtime looks for these five; only the last is used.
  const Quantization sum{{std::ldexp(1.0f, -12)}, {0}, 0};
  for (const char* name : {"/input_sum", "/forget_sum", "/cell_sum", "/output_sum"}) {
    writer.intermediates.push_back(tensor(name, {0}, DType::int16, sum));
  }
  writer.intermediates.push_back(tensor("/hidden", {0}, DType::int8, output.quantization));
}

namespace {

// Errors: bad_file, unsupported.
void check_state(const Tensor& tensor, const Shape& output, DType dtype) {
  if (tensor.is_constant() || tensor.dtype != dtype) {
    refuse("the state " + tensor.name + " of " + std::string(name_of(tensor.dtype)));
  }
  if (elements(tensor.shape) != output.at(2)) {
    throw Error(ErrorKind::bad_file,
                "the state " + tensor.name + " has the shape " + to_string(tensor.shape));
  }
}

}  // namespace

bool read_tflite(Lstm& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM) return false;
  std::vector<TensorId>& inputs = reader.node.inputs;
  if ((inputs.size() != 20 && inputs.size() != 24) || reader.node.outputs.size() != 1) {
    throw Error(ErrorKind::bad_file, "it has " + std::to_string(inputs.size()) + " inputs and " +
                                         std::to_string(reader.node.outputs.size()) + " outputs");
  }
  inputs.resize(24, kNoTensor);
  const auto given = [&](size_t i) { return inputs[i] != kNoTensor; };
  if (given(9) || given(10) || given(11)) refuse("peephole weights");
  if (given(16) || given(17)) refuse("a projection");
  if (given(20) || given(21) || given(22) || given(23)) refuse("layer normalisation");
  if (!given(1) || !given(5) || !given(12)) refuse("an input gate coupled to the forget gate");
  for (const size_t i : {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19}) {
    if (!given(i)) throw Error(ErrorKind::bad_file, "its input " + std::to_string(i) + " is missing");
  }
  const auto& options = options_of<schema::UnidirectionalSequenceLSTMOptions>(reader);
  if (options.fused_activation_function() != schema::ActivationFunctionType::TANH) {
    refuse("an activation other than TANH");
  }
  if (options.time_major()) refuse("time as the first dimension");
  if (options.diagonal_recurrent_tensors()) refuse("diagonal recurrent weights");
  const Tensor &output = reader.output(), &hidden = reader.input(18), &cell = reader.input(19);
  if (output.shape.size() != 3) throw Error(ErrorKind::bad_file, "its output is " + to_string(output.shape));
  op.cell_clip = options.cell_clip();
  if (!(op.cell_clip >= 0)) throw Error(ErrorKind::bad_file, "its cell_clip is negative");
  const auto at_zero = [&](size_t i) { return reader.at_zero[static_cast<size_t>(inputs[i])]; };
  if (at_zero(18) != at_zero(19)) refuse("a layer that begins anew with one of its two states");
  op.stateful = !at_zero(18);
  const bool int8 = output.dtype == DType::int8;
  check_state(hidden, output.shape, output.dtype);
  check_state(cell, output.shape, int8 ? DType::int16 : DType::float32);
  if (int8) {
    if (hidden.quantization != output.quantization) refuse("a state quantized unlike the output");
    if (cell.quantization.scales.size() != 1) refuse("cells with another number of scales than one");
    int exponent = 0;
    const bool power = std::frexp(cell.quantization.scale(), &exponent) == 0.5f;
    op.cell_scale_log2 = exponent - 1;
    if (!power || cell.quantization.zero_point() != 0 || op.cell_scale_log2 < -24 ||
        op.cell_scale_log2 > -2) {
      refuse("a cell scale that is not a power of two from 2^-24 to 2^-2");
    }
  }
  const std::vector<TensorId> all = inputs;
  inputs.assign(all.begin(), all.begin() + 9);
  inputs.insert(inputs.end(), all.begin() + 12, all.begin() + 16);
  expect_parameters(reader.graph, reader.node, 2 * kGates);
  return true;
}

}  // namespace tinyml::ops
