// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the int8 lowerings share: the constants of the TFLite 8-bit specification, computed as TensorFlow
// Lite Micro computes them, and the building of a KernelCall.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// value / 2^31 * 2^shift, value in [2^30, 2^31) or 0.
struct Multiplier {
  int32_t value = 0, shift = 0;
};
/// The nearest Multiplier of a real number >= 0; zero below 2^-32.
Multiplier quantize_multiplier(double real);
/// For real numbers in (0, 1). Errors: unsupported outside.
Multiplier quantize_multiplier_below_one(double real);

struct ActivationRange {
  int32_t min = -128, max = 127;
};
/// The fused activation's bounds on the output's scale, inside the range of its type (int8 or int16).
ActivationRange activation_range(Activation activation, const Quantization& output,
                                 DType dtype = DType::int8);

/// A tensor that is int8 with one scale. Errors: unsupported, naming it.
const Tensor& int8_activation(const Graph& graph, TensorId id);
/// A tensor that is int8 or int16 with one scale. Errors: unsupported, naming it.
const Tensor& quantized_activation(const Graph& graph, TensorId id);
/// Input 0, as quantized_activation; its batch is 1.
const Tensor& quantized_image(const Graph& graph, const Node& node);
/// Output 0 of a layer whose input is int16: such a tensor; both have zero point 0. Errors: unsupported.
const Tensor& int16_output(const Graph& graph, const Node& node);
/// Symmetric int8 constants. Errors: unsupported, naming them.
std::span<const int8_t> int8_weights(const Graph& graph, TensorId id);
/// The int32 bias, zeros where left out. Errors: unsupported.
std::vector<int32_t> int32_bias(const Graph& graph, const Node& node, int32_t channels);

/// input scale * weight scale / output scale of every output channel. Errors: bad_file.
std::vector<Multiplier> channel_multipliers(const Tensor& input, const Tensor& weights, const Tensor& output,
                                            int32_t channels);
/// The sum of each of `rows` rows.
std::vector<int64_t> sums_of_rows(std::span<const int8_t> weights, int32_t rows);
/// Adds -zero_point * (sum of the channel's weights) to each bias; `sums` are those sums.
void fold_zero_point(std::vector<int32_t>& bias, std::span<const int64_t> sums, int32_t zero_point);
/// {multiplier, shift} of device::multiply_wide for each multiplier in turn. Errors: unsupported.
std::vector<int16_t> wide_requantization_pairs(std::span<const Multiplier> multipliers);
/// {value, shift} of each multiplier in turn.
std::vector<int32_t> requantization_pairs(std::span<const Multiplier> multipliers);

/// KernelCall::overlap_lead of a kernel that computes a window's output positions in row order, some
/// `positions_a_step` at a time, and either reads all that a step needs before it writes, or not.
int64_t overlap_lead(const Window2D& window, int64_t input_channels, int64_t output_channels,
                     int64_t positions_a_step, bool reads_before_it_writes);

template <class T>
constexpr const char* element_name() {
  if constexpr (std::is_same_v<T, int8_t>) return "int8_t";
  if constexpr (std::is_same_v<T, uint8_t>) return "uint8_t";
  if constexpr (std::is_same_v<T, int16_t>) return "int16_t";
  if constexpr (std::is_same_v<T, uint16_t>) return "uint16_t";
  if constexpr (std::is_same_v<T, int32_t>) return "int32_t";
  if constexpr (std::is_same_v<T, int64_t>) return "int64_t";
  if constexpr (std::is_same_v<T, float>) return "float";
}

template <class T>
Table make_table(std::string name, std::span<const T> values) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  return {std::move(name), element_name<T>(), {bytes, bytes + values.size_bytes()}};
}
template <class T>
Table make_table(std::string name, const std::vector<T>& values) {
  return make_table(std::move(name), std::span<const T>(values));
}

/// The elements of a table of T.
template <class T>
const T* values_of(const Table& table) {
  TINYML_CHECK(table.element == element_name<T>());
  return reinterpret_cast<const T*>(table.bytes.data());
}

/// The members of a device parameter struct.
template <class P>
std::vector<Parameter> list_parameters(const P& p) {
  std::vector<Parameter> list;
  p.for_each([&](const char* name, int32_t value) { list.push_back({name, value}); });
  return list;
}

template <class... T>
struct Types {};

/// The call of a kernel from activations of the types `Inputs` to one of `Output`, whose tables have the
/// element types `Elements`, in order. `kernel` is invoked as
/// kernel(parameters, inputs…, tables…, output[, scratch]).
template <class Output, class... Inputs, class... Elements, class P, class Kernel>
KernelCall make_typed_call(Types<Inputs...>, Types<Elements...>, std::string header, std::string function,
                           const P& p, std::vector<Table> tables, int64_t scratch_bytes, int64_t lead,
                           Kernel kernel) {
  TINYML_CHECK(tables.size() == sizeof...(Elements));
  KernelCall call{.header = "tinyml/device/nn/" + std::move(header),
                  .function = std::move(function),
                  .parameters = list_parameters(p),
                  .tables = std::move(tables),
                  .scratch_bytes = scratch_bytes,
                  .overlap_lead = lead};
  auto constants = std::make_shared<const std::vector<Table>>(call.tables);
  call.run = [p, kernel, constants](std::span<const void* const> inputs, std::span<void* const> outputs,
                                    void* scratch) {
    [&]<size_t... I, size_t... T>(std::index_sequence<I...>, std::index_sequence<T...>) {
      auto* output = static_cast<Output*>(outputs[0]);
      const auto run = [&](auto... rest) {
        kernel(p, static_cast<const Inputs*>(inputs[I])...,
               reinterpret_cast<const Elements*>((*constants)[T].bytes.data())..., output, rest...);
      };
      if constexpr (std::is_invocable_v<Kernel, const P&, const Inputs*..., const Elements*..., Output*,
                                        void*>) {
        run(scratch);
      } else {
        run();
      }
    }
    (std::index_sequence_for<Inputs...>(), std::index_sequence_for<Elements...>());
  };
  return call;
}

/// The same with one or two int8 inputs and an int8 output.
template <int Inputs, class... Elements, class P, class Kernel>
KernelCall make_call(std::string header, std::string function, const P& p, std::vector<Table> tables,
                     int64_t scratch_bytes, int64_t lead, Kernel kernel) {
  using InputTypes = std::conditional_t<Inputs == 1, Types<int8_t>, Types<int8_t, int8_t>>;
  return make_typed_call<int8_t>(InputTypes{}, Types<Elements...>{}, std::move(header), std::move(function),
                                 p, std::move(tables), scratch_bytes, lead, kernel);
}

/// Calls `use` with a value of an unsigned type as wide as an element of `dtype`, for kernels that only move
/// elements.
template <class Use>
auto with_element_bits(DType dtype, Use use) {
  switch (size_of(dtype)) {
    case 1:
      return use(uint8_t{});
    case 2:
      return use(uint16_t{});
    case 4:
      return use(uint32_t{});
    default:
      return use(uint64_t{});
  }
}

/// A call whose scratch is its state instead.
KernelCall with_state(KernelCall call);

/// Wraps a function template of the device as an object that make_call can invoke.
#define TINYML_KERNEL(function)                                                         \
  [](const auto& p, auto... arguments) -> decltype(device::function(p, arguments...)) { \
    return device::function(p, arguments...);                                           \
  }

}  // namespace tinyml::ops
