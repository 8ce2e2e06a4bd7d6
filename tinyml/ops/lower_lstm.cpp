// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
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
  std::vector<int64_t> bias;
  Multiplier rescale;
  int64_t largest_sum = 0;  // of inputs of int16
};

void read_bias(const Tensor& tensor, bool wide, GateMatrix& matrix) {
  if (!tensor.is_constant() || tensor.dtype != (wide ? DType::int64 : DType::int32)) {
    throw Error(ErrorKind::unsupported,
                "bias \"" + tensor.name + "\" is not an " + (wide ? "int64" : "int32") + " constant");
  }
  const auto copy = [&](const auto& values) { matrix.bias.assign(values.begin(), values.end()); };
  wide ? copy(tensor.values<int64_t>()) : copy(tensor.values<int32_t>());
  constexpr int64_t kMost = int64_t{1} << 46;
  for (const int64_t value : matrix.bias) {
    if (value < -kMost || value > kMost) {
      throw Error(ErrorKind::unsupported, "bias \"" + tensor.name + "\" is beyond 2^46");
    }
  }
}

GateMatrix gate_matrix(const Graph& graph, TensorId weights, TensorId bias, const Tensor& input) {
  constexpr int64_t kLargestInput = 1 << 15;
  const Tensor& tensor = graph[weights];
  GateMatrix matrix{int8_weights(graph, weights), {}, {}};
  if (tensor.quantization.per_channel()) {
    throw Error(ErrorKind::unsupported, "weights \"" + tensor.name + "\" have more than one scale");
  }
  const int32_t units = tensor.shape[0];
  matrix.bias.resize(static_cast<size_t>(units));
  if (bias != kNoTensor) read_bias(graph[bias], input.dtype == DType::int16, matrix);
  const std::vector<int64_t> sums = sums_of_rows(matrix.values, units);
  const size_t depth = matrix.values.size() / sums.size();
  for (size_t unit = 0; unit < sums.size(); ++unit) {
    matrix.bias[unit] -= input.quantization.zero_point() * sums[unit];
    int64_t sum = std::abs(matrix.bias[unit]);
    for (size_t k = 0; k < depth; ++k) {
      sum += kLargestInput * std::abs(int64_t{matrix.values[unit * depth + k]});
    }
    matrix.largest_sum = std::max(matrix.largest_sum, sum);
  }
  matrix.rescale =
      quantize_multiplier(double{input.quantization.scale()} * double{tensor.quantization.scale()} * 4096);
  return matrix;
}

device::LstmParams params_of(const Lstm& op, const Tensor& input, const Tensor& output) {
  if (input.shape.at(0) != 1) throw Error(ErrorKind::unsupported, "a batch, where 1 is needed");
  if (op.cell_scale_log2 < -24 || op.cell_scale_log2 > -2) {
    throw Error(ErrorKind::unsupported, "a cell scale of 2^" + std::to_string(op.cell_scale_log2));
  }
  device::LstmParams p{};
  p.steps = input.shape[1];
  p.inputs = input.shape[2];
  p.units = output.shape[2];
  const int cell = op.cell_scale_log2;
  const Multiplier keep = quantize_multiplier(std::ldexp(1.0, -15));
  const Multiplier add = quantize_multiplier(std::ldexp(1.0, -30 - cell));
  const Multiplier out = quantize_multiplier(std::ldexp(1.0, -30) / double{output.quantization.scale()});
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
  p.output_zero_point = output.quantization.zero_point();
  return p;
}

template <class T, class Sum, class Rescale>
KernelCall lstm_call(bool stateful, const device::LstmParams& p, const std::vector<int8_t>& weights,
                     const std::vector<int64_t>& long_biases, const std::vector<Rescale>& rescales) {
  std::vector<Sum> biases;
  for (const int64_t bias : long_biases) biases.push_back(static_cast<Sum>(bias));
  const std::vector<Table> tables = {make_table("weights", weights), make_table("biases", biases),
                                     make_table("rescales", rescales), make_table("sigmoid", gate_table())};
  const auto call = [&](const char* function, auto kernel) {
    constexpr int32_t bytes = sizeof(T);
    return make_typed_call<T>(Types<T>{}, Types<int8_t, Sum, Rescale, uint16_t>{}, "lstm.h", function, p,
                              tables, device::lstm_state_bytes(p.units, bytes),
                              recurrent_lead(p.steps, bytes * p.inputs, bytes * p.units), kernel);
  };
  if (stateful) return with_state(call("lstm_stateful", TINYML_KERNEL(lstm_stateful)));
  return call("lstm", TINYML_KERNEL(lstm));
}

}  // namespace

KernelCall lower(const Lstm& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const bool wide = input.dtype == DType::int16;
  const Tensor& output = wide ? int16_output(graph, node) : int8_activation(graph, node.outputs.at(0));
  const device::LstmParams p = params_of(op, input, output);
  std::array<GateMatrix, 2 * kGates> matrices;
  std::vector<Multiplier> rescales;
  int64_t largest_sum = 0;
  for (size_t m = 0; m < matrices.size(); ++m) {
    const bool of_input = m < kGates;
    const TensorId bias = of_input ? node.inputs.at(1 + 2 * kGates + m) : kNoTensor;
    matrices[m] = gate_matrix(graph, node.inputs[1 + m], bias, of_input ? input : output);
    rescales.push_back(matrices[m].rescale);
    largest_sum = std::max(largest_sum, matrices[m].largest_sum);
  }
  std::vector<int8_t> weights;
  std::vector<int64_t> biases;
  interleave_gates(matrices, static_cast<size_t>(p.inputs), static_cast<size_t>(p.units), weights, biases);
  if (!wide) {
    return lstm_call<int8_t, int32_t>(op.stateful, p, weights, biases, requantization_pairs(rescales));
  }
  const std::vector<int16_t> pairs = wide_requantization_pairs(rescales);
  if (largest_sum <= std::numeric_limits<int32_t>::max()) {
    return lstm_call<int16_t, int32_t>(op.stateful, p, weights, biases, pairs);
  }
  return lstm_call<int16_t, int64_t>(op.stateful, p, weights, biases, pairs);
}

namespace {

/// TensorFlow Lite's states outlive an inference: those of a windowed net are set to zero before it.
void begin_anew(TfliteWriter& writer) {
  using Builtin = schema::BuiltinOperator;
  const auto hidden = static_cast<int32_t>(writer.node.inputs.size());
  const int32_t cell = hidden + 1, first = hidden + 2, second = hidden + 3;
  const Tensor& state = writer.variables[0];
  const auto constant = [&](const char* name, DType dtype, Shape shape, Quantization quantization,
                            std::shared_ptr<const std::vector<uint8_t>> data) {
    writer.step_tensors.push_back(
        {state.name + name, dtype, std::move(shape), std::move(quantization), std::move(data)});
  };
  const auto fill_options = std::make_shared<schema::BuiltinOptionsUnion>();
  const auto quantize_options = std::make_shared<schema::BuiltinOptionsUnion>();
  quantize_options->Set(schema::QuantizeOptionsT());
  const auto fill = [&](int32_t version, int32_t variable) {
    writer.first_steps.push_back({Builtin::FILL, version, {first, second}, {variable}, fill_options});
  };
  const auto quantize = [&](int32_t from, int32_t variable) {
    writer.first_steps.push_back({Builtin::QUANTIZE, 2, {from}, {variable}, quantize_options});
    writer.min_runtime = "2.5.0";
  };
  const std::vector<float> zeros(state.dtype == DType::int16 ? static_cast<size_t>(elements(state.shape))
                                                             : 1);
  if (state.dtype == DType::int16) {
    // TensorFlow Lite Micro does not fill with int16.
    constant("/zeros", DType::float32, state.shape, {}, to_constant<float>(zeros));
    quantize(first, hidden);
    return quantize(first, cell);
  }
  constant("/shape", DType::int32, {2}, {}, to_constant(std::span<const int32_t>(state.shape)));
  if (state.dtype == DType::float32) {
    constant("/zero", DType::float32, {}, {}, to_constant<float>(zeros));
    fill(1, hidden);
    return fill(1, cell);
  }
  const std::vector<int8_t> zero_point(1, static_cast<int8_t>(state.quantization.zero_point()));
  constant("/zero", DType::int8, {}, state.quantization, to_constant<int8_t>(zero_point));
  fill(3, hidden);
  quantize(hidden, cell);
}

}  // namespace

void write_tflite(const Lstm& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM;
  const bool quantized = writer.output().dtype != DType::float32;
  writer.version = quantized ? 3 : 1;
  writer.min_runtime = quantized ? "2.4.0" : "1.13.1";
  schema::UnidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType::TANH;
  options.cell_clip = op.cell_clip;
  writer.options.Set(std::move(options));

  const Tensor& output = writer.output();
  const auto tensor = [&](const char* name, Shape shape, DType dtype, Quantization quantization) {
    return Tensor{output.name + name, dtype, std::move(shape), std::move(quantization), nullptr};
  };
  const Shape state{1, output.shape[2]};
  const Quantization cell{{std::ldexp(1.0f, op.cell_scale_log2)}, {0}, 0};
  writer.variables = {
      tensor("/state", state, output.dtype, output.quantization),
      tensor("/cell", state, quantized ? DType::int16 : DType::float32, quantized ? cell : Quantization())};
  // Peephole weights (9 to 11), projection (16, 17) and layer normalisation (20 to 23) are left out.
  constexpr int32_t kNone = TfliteWriter::kLeftOut;
  writer.order = {0, 1,  2,  3,  4,     5,     6,  7,  8,     kNone, kNone, kNone,
                  9, 10, 11, 12, kNone, kNone, 13, 14, kNone, kNone, kNone, kNone};
  if (!op.stateful) begin_anew(writer);
  if (!quantized) return;
  // TensorFlow Lite's own runtime looks for these five; only the last is used.
  const Quantization sum{{std::ldexp(1.0f, -12)}, {0}, 0};
  for (const char* name : {"/input_sum", "/forget_sum", "/cell_sum", "/output_sum"}) {
    writer.intermediates.push_back(tensor(name, {0}, DType::int16, sum));
  }
  writer.intermediates.push_back(tensor("/hidden", {0}, output.dtype, output.quantization));
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
  const bool quantized = output.dtype != DType::float32;
  check_state(hidden, output.shape, output.dtype);
  check_state(cell, output.shape, quantized ? DType::int16 : DType::float32);
  if (quantized) {
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
