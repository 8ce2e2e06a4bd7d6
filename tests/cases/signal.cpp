// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {
namespace {

/// The operators take vectors, which a file's inputs may not be: [1, n] becomes [n].
TensorId flat_input(CaseBuilder& builder, int32_t size, DType dtype) {
  const TensorId given = builder.input({1, size}, 0, 0, dtype);
  const TensorId flat = builder.tensor_like(given, "flat" + std::to_string(given), {size});
  builder.node(Reshape{{size}}, {given}, {flat});
  return flat;
}

TensorId int16_constant(CaseBuilder& builder, const char* name, const std::vector<int16_t>& values) {
  Tensor tensor;
  tensor.name = name;
  tensor.dtype = DType::int16;
  tensor.shape = {static_cast<int32_t>(values.size())};
  tensor.data = to_constant(std::span<const int16_t>(values));
  return builder.add(std::move(tensor));
}

TensorId integers(CaseBuilder& builder, DType dtype) { return builder.output(0, 0, dtype); }

OperatorCase window_case() {
  CaseBuilder builder("signal_window", 1200);
  const TensorId x = builder.input({1, 3, 40}, 0, 0, DType::int16);
  const TensorId window = builder.constant({40}, 0, 0, DType::int16);
  return builder.finish(SignalWindow{14}, {x, window}, integers(builder, DType::int16));
}

/// With the square root, which needs a scalar that no graph input is.
OperatorCase auto_scale_case(const char* name, int32_t loudest, bool with_lowest) {
  CaseBuilder builder(name, 1201);
  const TensorId x = flat_input(builder, 30, DType::int16);
  builder.change<int16_t>(x - 1, [&](int16_t value) { return static_cast<int16_t>(value % (loudest + 1)); });
  if (with_lowest) {
    int32_t at = 0;
    builder.change<int16_t>(x - 1, [&](int16_t value) { return ++at == 20 ? int16_t{-32768} : value; });
  }
  const TensorId energy = flat_input(builder, 24, DType::uint64);
  int32_t bits = 0;
  builder.change<uint64_t>(energy - 1, [&](uint64_t value) { return value >> (bits++ * 5 % 64); });
  const TensorId scaled = integers(builder, DType::int16), shift = integers(builder, DType::int32);
  builder.node(SignalFftAutoScale{}, {x}, {scaled, shift});
  return builder.finish(SignalSquareRoot{}, {energy, shift}, integers(builder, DType::uint32));
}

OperatorCase rfft_case(int32_t samples, int32_t fft_length) {
  CaseBuilder builder("signal_rfft_" + std::to_string(fft_length), 1210);
  const TensorId x = builder.input({1, samples}, 0, 0, DType::int16);
  return builder.finish(SignalRfft{fft_length}, {x}, integers(builder, DType::int16));
}

OperatorCase energy_case() {
  CaseBuilder builder("signal_energy", 1220);
  const TensorId x = flat_input(builder, 46, DType::int16);
  int32_t at = 0;
  builder.change<int16_t>(x - 1, [&](int16_t value) { return at++ < 2 ? int16_t{-32768} : value; });
  return builder.finish(SignalEnergy{0, 23}, {x}, integers(builder, DType::uint32));
}

OperatorCase filter_bank_case() {
  CaseBuilder builder("signal_filter_bank", 1230);
  const TensorId x = flat_input(builder, 32, DType::uint32);
  const TensorId weights = builder.constant({24}, 0, 0, DType::int16),
                 unweights = builder.constant({24}, 0, 0, DType::int16);
  const TensorId starts = int16_constant(builder, "starts", {0, 4, 9, 15, 20}),
                 places = int16_constant(builder, "places", {0, 4, 9, 15, 12}),
                 widths = int16_constant(builder, "widths", {4, 5, 0, 9, 12});
  return builder.finish(SignalFilterBank{4}, {x, weights, unweights, starts, places, widths},
                        integers(builder, DType::uint64));
}

OperatorCase spectral_subtraction_case(bool clamping) {
  CaseBuilder builder(clamping ? "signal_spectral_subtraction_clamping" : "signal_spectral_subtraction",
                      1240);
  const TensorId x = flat_input(builder, 17, DType::uint32);
  int32_t bits = 0;
  builder.change<uint32_t>(x - 1, [&](uint32_t value) { return value >> (bits++ * 3 % 32); });
  SignalSpectralSubtraction op{409, 15975, 983, 15401, 10, 14, 819, clamping};
  const TensorId rest = integers(builder, DType::uint32), noise = integers(builder, DType::uint32);
  return builder.finish(op, {x}, {rest, noise});
}

OperatorCase pcan_case() {
  CaseBuilder builder("signal_pcan", 1250);
  const TensorId x = flat_input(builder, 40, DType::uint32), noise = flat_input(builder, 40, DType::uint32);
  int32_t bits = 0;
  builder.change<uint32_t>(noise - 1, [&](uint32_t value) { return value >> (bits++ % 33 % 32); });
  builder.change<uint32_t>(x - 1, [&](uint32_t value) { return value >> (bits++ % 20); });
  const TensorId gains = builder.constant({125}, 0, 0, DType::int16);
  builder.change<int16_t>(gains, [](int16_t value) { return static_cast<int16_t>(value / 3); });
  return builder.finish(SignalPcan{6}, {x, noise, gains}, integers(builder, DType::uint32));
}

OperatorCase log_case() {
  CaseBuilder builder("signal_log", 1260);
  const TensorId x = flat_input(builder, 64, DType::uint32);
  int32_t bits = 0;
  builder.change<uint32_t>(x - 1, [&](uint32_t value) { return value >> (bits++ % 32); });
  return builder.finish(SignalLog{1600, 3}, {x}, integers(builder, DType::int16));
}

}  // namespace

std::vector<OperatorCase> signal_cases() {
  return {window_case(),
          auto_scale_case("signal_auto_scale", 1000, false),
          auto_scale_case("signal_auto_scale_full", 32767, false),
          auto_scale_case("signal_auto_scale_lowest", 200, true),
          rfft_case(4, 4),
          rfft_case(7, 8),
          rfft_case(30, 32),
          rfft_case(120, 256),
          rfft_case(480, 512),
          energy_case(),
          filter_bank_case(),
          spectral_subtraction_case(false),
          spectral_subtraction_case(true),
          pcan_case(),
          log_case()};
}

}  // namespace tinyml::tests
