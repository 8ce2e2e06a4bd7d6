// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_unary.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tinyml/ops/fixed_functions.h"
#include "tinyml/ops/hard_swish.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/recurrent.h"

namespace tinyml::ops {

UnaryTensors unary_tensors(const Graph& graph, const Node& node) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  if (input.dtype != output.dtype) {
    throw Error(ErrorKind::unsupported, fmt::format("{} from {} to {}", name_of(node.op),
                                                    name_of(input.dtype), name_of(output.dtype)));
  }
  const Quantization &from = input.quantization, &to = output.quantization;
  if (input.dtype == DType::int16 && (from.zero_point() != 0 || to.zero_point() != 0)) {
    throw Error(ErrorKind::unsupported,
                fmt::format("{} of int16 with a zero point other than 0", name_of(node.op)));
  }
  return {input, output, from, to};
}

device::SlopesParams slopes_params(const UnaryTensors& tensors) {
  const ActivationRange range = activation_range(Activation::none, tensors.to, tensors.output.dtype);
  device::SlopesParams p{};
  p.count = static_cast<int32_t>(tensors.count());
  p.input_zero_point = tensors.from.zero_point();
  p.output_zero_point = tensors.to.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return p;
}

void set_slopes(const Multiplier& above, const Multiplier& below, device::SlopesParams& p) {
  p.above_multiplier = above.value;
  p.above_shift = above.shift;
  p.below_multiplier = below.value;
  p.below_shift = below.shift;
}

KernelCall slopes_call(const UnaryTensors& tensors, const device::SlopesParams& p) {
  if (tensors.input.dtype == DType::int8) {
    return lookup_call<int8_t, int8_t>(p.count, [&](int32_t value) { return device::on_slopes(p, value); });
  }
  KernelCall call = make_typed_call<int16_t>(Types<int16_t>{}, Types<>{}, "unary.h", "slopes", p, {}, 0, 0,
                                             TINYML_KERNEL(slopes));
  call.takes_constants = true;
  return call;
}

namespace {

[[noreturn]] void refuse_scale(const char* function, const char* needed) {
  throw Error(ErrorKind::unsupported, fmt::format("{} needs {}", function, needed));
}

int32_t clamp_int8(int32_t value) { return std::clamp(value, -128, 127); }

/// Of logistic and tanh: a table of function(x in 27 fraction bits), which has 31, in `fraction_bits`; from
/// 15 on the function is at its end.
KernelCall sigmoid_call(const UnaryTensors& tensors, int32_t (*function)(int32_t), int fraction_bits,
                        int32_t zero_point) {
  const double real = double{tensors.from.scale()} * (1 << 27);
  if (!(real >= 0.5) || tensors.from.scale() > 8) {
    refuse_scale("a sigmoid", "an input scale between 2^-28 and 8");
  }
  const Multiplier multiplier = quantize_multiplier(real);
  const auto radius = static_cast<int32_t>(int64_t{15} * (1 << 27) / (int64_t{1} << multiplier.shift));
  return lookup_call<int8_t, int8_t>(tensors.count(), [&](int32_t value) {
    const int32_t x = value - tensors.from.zero_point();
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const int32_t y =
        function(device::multiply_by_quantized_multiplier(x, multiplier.value, multiplier.shift));
    return clamp_int8(device::rounding_divide_by_power_of_two(y, 31 - fraction_bits) + zero_point);
  });
}

/// The power of two next to a scale; nothing unless it is near.
std::optional<int> exact_log2(float scale) {
  const float log2 = std::log(scale) * (1.0f / std::log(2.0f));
  const float rounded = std::round(log2);
  if (!(std::abs(log2 - rounded) < 1e-3f)) return std::nullopt;
  return static_cast<int>(rounded);
}

/// The parameters of `logistic` and `tanh` on int16. Where the input has 12 fraction bits, or up to
/// `most_shift` fewer, its multiplier is exact.
device::GateParams gate_params(const UnaryTensors& tensors, int most_shift) {
  if (exact_log2(tensors.to.scale()) != -15) refuse_scale("a sigmoid of int16", "the output scale 2^-15");
  device::GateParams p{};
  p.count = static_cast<int32_t>(tensors.count());
  const std::optional<int> log2 = exact_log2(tensors.from.scale());
  if (log2 && 12 + *log2 >= 0 && 12 + *log2 <= most_shift) {
    p.multiplier = 3 << (12 + *log2);
    return p;
  }
  double multiplier = double{tensors.from.scale()} * 4096.0 * 3.0;
  for (; multiplier <= 32767.0 / 2.0 && p.shift <= 30; ++p.shift) multiplier *= 2;
  if (!(multiplier <= 32767.0) || p.shift > 30) {
    refuse_scale("a sigmoid of int16", "an input scale between 2^-30 and 2.6");
  }
  p.multiplier = static_cast<int32_t>(multiplier);
  return p;
}

template <class Kernel>
KernelCall gate_call(const char* function, const device::GateParams& p, Kernel kernel) {
  KernelCall call = make_typed_call<int16_t>(Types<int16_t>{}, Types<uint16_t>{}, "unary.h", function, p,
                                             {make_table("sigmoid", gate_table())}, 0, 0, kernel);
  call.takes_constants = true;
  return call;
}

KernelCall leaky_relu_call(float alpha, const UnaryTensors& tensors) {
  device::SlopesParams p = slopes_params(tensors);
  const double scale = double{tensors.from.scale()}, output_scale = double{tensors.to.scale()};
  set_slopes(quantize_multiplier(scale / output_scale),
             quantize_multiplier(scale * double{alpha} / output_scale), p);
  return slopes_call(tensors, p);
}

KernelCall abs_call(const UnaryTensors& tensors) {
  device::SlopesParams p = slopes_params(tensors);
  const Multiplier above = quantize_multiplier(double{tensors.from.scale()} / double{tensors.to.scale()});
  set_slopes(above, {-above.value, above.shift}, p);
  return slopes_call(tensors, p);
}

/// What is not above 0 has the largest result, as 0 has it in TensorFlow Lite Micro, which refuses the rest.
KernelCall rsqrt_call(const UnaryTensors& tensors) {
  constexpr int bits = 20;  // that keep the root an integer
  Multiplier scale =
      quantize_multiplier(1.0 / (std::sqrt(double{tensors.from.scale()}) * double{tensors.to.scale()}));
  scale.shift -= bits;
  if (scale.shift < -31) refuse_scale("rsqrt", "a smaller output scale");
  return lookup_call<int8_t, int8_t>(tensors.count(), [&](int32_t value) {
    const int32_t x = value - tensors.from.zero_point();
    if (x <= 0) return 127;
    const Multiplier root = inverse_square_root(x);
    const int32_t y = device::multiply_by_quantized_multiplier(1, root.value, root.shift + bits);
    return clamp_int8(device::multiply_by_quantized_multiplier(y, scale.value, scale.shift) +
                      tensors.to.zero_point());
  });
}

/// By the floats that TensorFlow Lite Micro fills its table with.
KernelCall elu_call(const UnaryTensors& tensors) {
  const float inverse = 1 / tensors.to.scale();
  return lookup_call<int8_t, int8_t>(tensors.count(), [&](int32_t value) {
    const float x = tensors.from.scale() * static_cast<float>(value - tensors.from.zero_point());
    const float y = std::round((x < 0 ? std::exp(x) - 1.0f : x) * inverse);
    const float shifted = y + static_cast<float>(tensors.to.zero_point());
    return static_cast<int32_t>(std::clamp(shifted, -128.0f, 127.0f));
  });
}

}  // namespace

KernelCall lower(const Unary& op, const Graph& graph, const Node& node, const Target&) {
  const UnaryTensors tensors = unary_tensors(graph, node);
  const bool int8 = tensors.input.dtype == DType::int8;
  if (op.kind == UnaryKind::leaky_relu) return leaky_relu_call(op.alpha, tensors);
  if (op.kind == UnaryKind::abs) return abs_call(tensors);
  if (op.kind == UnaryKind::logistic) {
    if (!int8) return gate_call("logistic", gate_params(tensors, 0), TINYML_KERNEL(logistic));
    if (tensors.to.zero_point() != -128) refuse_scale("logistic", "the output zero point -128");
    return sigmoid_call(tensors, fixed_logistic, 8, -128);
  }
  if (op.kind == UnaryKind::tanh) {
    if (!int8) return gate_call("tanh", gate_params(tensors, 1), TINYML_KERNEL(tanh));
    return sigmoid_call(tensors, fixed_tanh, 7, 0);
  }
  if (int8 && op.kind == UnaryKind::elu) return elu_call(tensors);
  if (int8 && op.kind == UnaryKind::rsqrt) return rsqrt_call(tensors);
  if (int8 && op.kind == UnaryKind::hard_swish) {
    const HardSwish function(tensors.from, tensors.to);
    return lookup_call<int8_t, int8_t>(tensors.count(), function);
  }
  throw Error(ErrorKind::unsupported,
              fmt::format("{} of {}, which TensorFlow Lite Micro does not have: keep it float32", op.name(),
                          name_of(tensors.input.dtype)));
}

}  // namespace tinyml::ops
