// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lowering.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tinyml/ops/float_blocks.h"

namespace tinyml::ops {

Multiplier quantize_multiplier(double real) {
  if (real == 0) return {};
  int shift = 0;
  const double fraction = std::frexp(real, &shift);
  auto value = static_cast<int64_t>(std::round(fraction * static_cast<double>(int64_t{1} << 31)));
  if (value == int64_t{1} << 31) {
    value /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  if (shift > 30) throw Error(ErrorKind::bad_file, "an output scale is too small beside its inputs' scales");
  return {static_cast<int32_t>(value), shift};
}

Multiplier quantize_multiplier_below_one(double real) {
  const Multiplier multiplier = quantize_multiplier(real);
  if (!(real > 0 && real < 1) || multiplier.shift > 0) {
    throw Error(ErrorKind::unsupported, fmt::format("a rescaling by {} where less than 1 is needed", real));
  }
  return multiplier;
}

ActivationRange activation_range(Activation activation, const Quantization& output, DType dtype) {
  ActivationRange range;
  if (dtype == DType::int16) range = {-32768, 32767};
  const auto quantize = [&](float value) {
    const double steps = std::round(value / output.scale());
    return static_cast<int32_t>(std::clamp(steps + output.zero_point(), -1e6, 1e6));
  };
  const Limits limits = limits_of(activation);
  if (std::isfinite(limits.low)) range.min = std::max(range.min, quantize(limits.low));
  if (std::isfinite(limits.high)) range.max = std::min(range.max, quantize(limits.high));
  return range;
}

const Tensor& int8_activation(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  if (tensor.dtype != DType::int8 || tensor.quantization.scales.size() != 1 ||
      tensor.quantization.zero_points.size() != 1) {
    throw Error(ErrorKind::unsupported,
                fmt::format("tensor \"{}\" is {}{}, where int8 with one scale is needed: quantize the model",
                            tensor.name, name_of(tensor.dtype),
                            tensor.quantization.empty() ? " without quantization parameters" : ""));
  }
  return tensor;
}

const Tensor& quantized_activation(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  if (tensor.dtype != DType::int16) return int8_activation(graph, id);
  if (tensor.quantization.scales.size() != 1 || tensor.quantization.zero_points.size() != 1) {
    throw Error(ErrorKind::unsupported,
                fmt::format("tensor \"{}\" is int16 without one scale: quantize the model", tensor.name));
  }
  return tensor;
}

const Tensor& quantized_image(const Graph& graph, const Node& node) {
  const Tensor& tensor = quantized_activation(graph, node.inputs.at(0));
  if (input_shape(graph, node, 4)[0] != 1) {
    throw Error(ErrorKind::unsupported, fmt::format("a batch of {}, where 1 is needed", tensor.shape[0]));
  }
  return tensor;
}

const Tensor& int16_output(const Graph& graph, const Node& node) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  if (input.dtype != DType::int16 || output.dtype != DType::int16) {
    throw Error(ErrorKind::unsupported, fmt::format("{} from {} to {}", name_of(node.op),
                                                    name_of(input.dtype), name_of(output.dtype)));
  }
  if (input.quantization.zero_point() != 0 || output.quantization.zero_point() != 0) {
    throw Error(ErrorKind::unsupported,
                fmt::format("{} of int16 with a zero point other than 0", name_of(node.op)));
  }
  return output;
}

std::span<const int8_t> int8_weights(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  const auto& zero_points = tensor.quantization.zero_points;
  if (!tensor.is_constant() || tensor.dtype != DType::int8 || tensor.quantization.empty() ||
      std::any_of(zero_points.begin(), zero_points.end(), [](int32_t z) { return z != 0; })) {
    throw Error(ErrorKind::unsupported,
                fmt::format("weights \"{}\" are not symmetric int8 constants", tensor.name));
  }
  return tensor.values<int8_t>();
}

std::vector<int32_t> int32_bias(const Graph& graph, const Node& node, int32_t channels) {
  const TensorId id = optional_input(node, 2);
  if (id == kNoTensor) return std::vector<int32_t>(static_cast<size_t>(channels));
  const Tensor& tensor = graph[id];
  if (!tensor.is_constant() || tensor.dtype != DType::int32 || elements(tensor.shape) != channels) {
    throw Error(ErrorKind::unsupported,
                fmt::format("bias \"{}\" is not {} int32 constants", tensor.name, channels));
  }
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}

std::vector<Multiplier> channel_multipliers(const Tensor& input, const Tensor& weights, const Tensor& output,
                                            int32_t channels) {
  const std::vector<float>& scales = weights.quantization.scales;
  if (scales.size() != 1 && scales.size() != static_cast<size_t>(channels)) {
    throw Error(ErrorKind::bad_file, fmt::format("weights \"{}\" have {} scales for {} channels",
                                                 weights.name, scales.size(), channels));
  }
  std::vector<Multiplier> multipliers;
  for (int32_t c = 0; c < channels; ++c) {
    const double scale = scales[scales.size() == 1 ? 0 : static_cast<size_t>(c)];
    multipliers.push_back(quantize_multiplier(double{input.quantization.scale()} * scale /
                                              double{output.quantization.scale()}));
  }
  return multipliers;
}

std::vector<int64_t> sums_of_rows(std::span<const int8_t> weights, int32_t rows) {
  const size_t columns = weights.size() / static_cast<size_t>(rows);
  std::vector<int64_t> sums(static_cast<size_t>(rows));
  for (size_t i = 0; i < weights.size(); ++i) sums[i / columns] += weights[i];
  return sums;
}

void fold_zero_point(std::vector<int32_t>& bias, std::span<const int64_t> sums, int32_t zero_point) {
  TINYML_CHECK(bias.size() == sums.size());
  for (size_t i = 0; i < bias.size(); ++i) {
    bias[i] = static_cast<int32_t>(static_cast<uint32_t>(bias[i] - zero_point * sums[i]));
  }
}

std::vector<int16_t> wide_requantization_pairs(std::span<const Multiplier> multipliers) {
  constexpr int32_t kMostShift = 7;
  std::vector<int16_t> pairs;
  for (const Multiplier& multiplier : multipliers) {
    if (multiplier.shift > kMostShift) {
      throw Error(ErrorKind::unsupported, "an output scale 128 times smaller than its inputs'");
    }
    const int32_t cut = multiplier.value < 0x7fff0000 ? (multiplier.value + (1 << 15)) >> 16 : 0x7fff;
    pairs.push_back(static_cast<int16_t>(cut));
    pairs.push_back(static_cast<int16_t>(15 - multiplier.shift));
  }
  return pairs;
}

std::vector<int32_t> requantization_pairs(std::span<const Multiplier> multipliers) {
  std::vector<int32_t> pairs;
  for (const Multiplier& multiplier : multipliers) {
    pairs.push_back(multiplier.value);
    pairs.push_back(multiplier.shift);
  }
  return pairs;
}

int64_t overlap_lead(const Window2D& window, int64_t input_channels, int64_t output_channels,
                     int64_t positions_a_step, bool reads_before_it_writes) {
  const int64_t positions = int64_t{window.height.output} * window.width.output;
  const auto first_inside = [](const WindowAxis& axis, int64_t position) {
    return std::max<int64_t>(0, position * axis.stride - axis.pad_before);
  };
  // The lowest input byte that position i or a later one reads.
  std::vector<int64_t> lowest(static_cast<size_t>(positions) + 1, std::numeric_limits<int64_t>::max());
  for (int64_t i = positions - 1; i >= 0; --i) {
    const int64_t row = first_inside(window.height, i / window.width.output);
    const int64_t column = first_inside(window.width, i % window.width.output);
    const int64_t byte = (row * window.width.input + column) * input_channels;
    lowest[static_cast<size_t>(i)] = std::min(byte, lowest[static_cast<size_t>(i) + 1]);
  }
  int64_t lead = 0;
  for (int64_t begin = 0; begin < positions; begin += positions_a_step) {
    const int64_t end = std::min(begin + positions_a_step, positions);
    const int64_t unread = lowest[static_cast<size_t>(reads_before_it_writes ? end : begin)];
    if (unread != std::numeric_limits<int64_t>::max()) lead = std::max(lead, end * output_channels - unread);
  }
  return lead;
}

KernelCall with_state(KernelCall call) {
  call.state_bytes = std::exchange(call.scratch_bytes, 0);
  call.run = [run = std::move(call.run)](std::span<const void* const> inputs, std::span<void* const> outputs,
                                         void*) { run(inputs, outputs, outputs.back()); };
  return call;
}

}  // namespace tinyml::ops
