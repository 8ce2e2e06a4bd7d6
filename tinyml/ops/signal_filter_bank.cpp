// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/signal_filter_bank.h"

#include <cmath>

#include "tinyml/ops/signal.h"

namespace tinyml::ops {
namespace {

constexpr const char* kHeader = "signal_filter_bank.h";
constexpr int32_t kMostShift = 31;

/// uint32 [n]. Errors: bad_file.
Shape expect_channels(const Graph& graph, TensorId id) {
  return expect_integers(graph, id, DType::uint32, 1).shape;
}

}  // namespace

TINYML_INTEGER_OPERATOR(SignalFilterBank)

void infer(const SignalFilterBank& op, Graph& graph, const Node& node) {
  const Shape bins = expect_channels(graph, node.inputs.at(0));
  const auto constant = [&](size_t index) {
    const Tensor& tensor = expect_integers(graph, node.inputs.at(index), DType::int16, 1);
    if (!tensor.is_constant()) {
      throw Error(ErrorKind::unsupported, "the filters " + tensor.name + ", which are computed");
    }
    return tensor.values<int16_t>();
  };
  const auto weights = constant(1), unweights = constant(2), starts = constant(3), places = constant(4),
             widths = constant(5);
  const auto bands = static_cast<size_t>(op.channels) + 1;
  if (starts.size() != bands || places.size() != bands || widths.size() != bands) {
    throw Error(ErrorKind::bad_file,
                "filters of " + std::to_string(starts.size()) + " bands, not " + std::to_string(bands));
  }
  for (size_t band = 0; band < bands; ++band) {
    const int32_t width = widths[band];
    const auto fits = [&](int32_t begin, size_t size) {
      return begin >= 0 && static_cast<size_t>(begin + width) <= size;
    };
    if (width <= 0) continue;
    if (!fits(starts[band], static_cast<size_t>(bins[0])) || !fits(places[band], weights.size()) ||
        !fits(places[band], unweights.size())) {
      throw Error(ErrorKind::bad_file,
                  "band " + std::to_string(band) + " lies outside of its bins or weights");
    }
  }
  set_integers(graph, node.outputs.at(0), DType::uint64, {op.channels});
}

KernelCall lower(const SignalFilterBank& op, const Graph&, const Node&, const Target&) {
  const device::SignalFilterBankParams p{op.channels};
  return signal_call<void>(Types<uint32_t, int16_t, int16_t, int16_t, int16_t, int16_t>{}, Types<>{}, kHeader,
                           "signal_filter_bank", p, {}, 0, TINYML_KERNEL(signal_filter_bank));
}

void write_tflite(const SignalFilterBank& op, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalFilterBank", {{"num_channels", op.channels}});
}

bool read_tflite(SignalFilterBank& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalFilterBank", 6, 1)) return false;
  op.channels = option(read_options(reader), "num_channels", 1, 1 << 15);
  return true;
}

TINYML_INTEGER_OPERATOR(SignalSquareRoot)

void infer(const SignalSquareRoot&, Graph& graph, const Node& node) {
  const Shape shape = expect_integers(graph, node.inputs.at(0), DType::uint64, 1).shape;
  expect_integers(graph, node.inputs.at(1), DType::int32, 0);
  set_integers(graph, node.outputs.at(0), DType::uint32, shape);
}

KernelCall lower(const SignalSquareRoot&, const Graph& graph, const Node& node, const Target&) {
  const device::SignalSizeParams p{graph[node.inputs.at(0)].shape.at(0)};
  return signal_call<uint32_t>(Types<void, int32_t>{}, Types<>{}, kHeader, "signal_square_root", p, {}, 0,
                               TINYML_KERNEL(signal_square_root));
}

void write_tflite(const SignalSquareRoot&, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalFilterBankSquareRoot", {});
}

bool read_tflite(SignalSquareRoot&, const TfliteReader& reader) {
  return is_signal_operator(reader, "SignalFilterBankSquareRoot", 2, 1);
}

TINYML_INTEGER_OPERATOR(SignalSpectralSubtraction)

void infer(const SignalSpectralSubtraction&, Graph& graph, const Node& node) {
  const Shape shape = expect_channels(graph, node.inputs.at(0));
  set_integers(graph, node.outputs.at(0), DType::uint32, shape);
  set_integers(graph, node.outputs.at(1), DType::uint32, shape);
}

KernelCall lower(const SignalSpectralSubtraction& op, const Graph& graph, const Node& node, const Target&) {
  device::SignalSpectralSubtractionParams p{};
  p.size = graph[node.inputs.at(0)].shape.at(0);
  p.smoothing = op.smoothing;
  p.one_minus_smoothing = op.one_minus_smoothing;
  p.alternate_smoothing = op.alternate_smoothing;
  p.alternate_one_minus_smoothing = op.alternate_one_minus_smoothing;
  p.smoothing_bits = op.smoothing_bits;
  p.bits = op.bits;
  p.min_signal_remaining = op.min_signal_remaining;
  p.clamping = op.clamping;
  KernelCall call{.header = std::string("tinyml/device/dsp/") + kHeader,
                  .function = "signal_spectral_subtraction",
                  .parameters = list_parameters(p),
                  .tables = {},
                  .takes_constants = true,
                  .state_bytes = int64_t{4} * p.size};
  call.run = [p](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::signal_spectral_subtraction(p, static_cast<const uint32_t*>(inputs[0]),
                                        static_cast<uint32_t*>(outputs[0]),
                                        static_cast<uint32_t*>(outputs[1]), outputs[2]);
  };
  return call;
}

void write_tflite(const SignalSpectralSubtraction& op, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalFilterBankSpectralSubtraction",
                        {{"alternate_one_minus_smoothing", op.alternate_one_minus_smoothing},
                         {"alternate_smoothing", op.alternate_smoothing},
                         {"clamping", op.clamping},
                         {"min_signal_remaining", op.min_signal_remaining},
                         {"num_channels", writer.output().shape.at(0)},
                         {"one_minus_smoothing", op.one_minus_smoothing},
                         {"smoothing", op.smoothing},
                         {"smoothing_bits", op.smoothing_bits},
                         {"spectral_subtraction_bits", op.bits}});
}

bool read_tflite(SignalSpectralSubtraction& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalFilterBankSpectralSubtraction", 1, 2)) return false;
  const SignalOptions options = read_options(reader);
  const auto number = [&](const char* name, int32_t most = INT32_MAX) {
    return option(options, name, 0, most);
  };
  op.smoothing = number("smoothing");
  op.one_minus_smoothing = number("one_minus_smoothing");
  op.alternate_smoothing = number("alternate_smoothing");
  op.alternate_one_minus_smoothing = number("alternate_one_minus_smoothing");
  op.smoothing_bits = number("smoothing_bits", kMostShift);
  op.bits = number("spectral_subtraction_bits", kMostShift);
  op.min_signal_remaining = number("min_signal_remaining");
  op.clamping = number("clamping", 1) != 0;
  const int32_t channels = number("num_channels");
  if (reader.input(0).shape != Shape{channels}) {
    throw Error(ErrorKind::bad_file,
                std::to_string(channels) + " channels on " + to_string(reader.input(0).shape));
  }
  return true;
}

TINYML_INTEGER_OPERATOR(SignalPcan)

void infer(const SignalPcan&, Graph& graph, const Node& node) {
  const Shape shape = expect_channels(graph, node.inputs.at(0));
  const Tensor& gains = expect_integers(graph, node.inputs.at(2), DType::int16, 1);
  constexpr int32_t kLeast = 4 * 32 - 6 + 3;
  if (expect_channels(graph, node.inputs.at(1)) != shape || gains.shape[0] < kLeast) {
    throw Error(ErrorKind::bad_file, to_string(shape) + " channels with noise of " +
                                         to_string(graph[node.inputs[1]].shape) + " and a table of " +
                                         to_string(gains.shape) + " gains, at least " +
                                         std::to_string(kLeast) + " of which are needed");
  }
  set_integers(graph, node.outputs.at(0), DType::uint32, shape);
}

KernelCall lower(const SignalPcan& op, const Graph& graph, const Node& node, const Target&) {
  const device::SignalPcanParams p{graph[node.inputs.at(0)].shape.at(0), op.snr_shift};
  return signal_call<uint32_t>(Types<uint32_t, uint32_t, int16_t>{}, Types<>{}, kHeader, "signal_pcan", p, {},
                               0, TINYML_KERNEL(signal_pcan));
}

void write_tflite(const SignalPcan& op, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalPCAN", {{"snr_shift", op.snr_shift}});
}

bool read_tflite(SignalPcan& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalPCAN", 3, 1)) return false;
  op.snr_shift = option(read_options(reader), "snr_shift", 0, kMostShift);
  return true;
}

TINYML_INTEGER_OPERATOR(SignalLog)

void infer(const SignalLog&, Graph& graph, const Node& node) {
  set_integers(graph, node.outputs.at(0), DType::int16, expect_channels(graph, node.inputs.at(0)));
}

KernelCall lower(const SignalLog& op, const Graph& graph, const Node& node, const Target&) {
  const device::SignalLogParams p{graph[node.inputs.at(0)].shape.at(0), op.output_scale,
                                  op.input_correction_bits};
  std::vector<uint16_t> table;
  for (int32_t i = 0; i <= device::kSignalLogPieces; ++i) {
    const double t = static_cast<double>(i) / device::kSignalLogPieces;
    table.push_back(static_cast<uint16_t>(std::lround(65536 * (std::log2(1 + t) - t))));
  }
  return signal_call<int16_t>(Types<uint32_t>{}, Types<uint16_t>{}, kHeader, "signal_log", p,
                              {make_table("table", table)}, 0, TINYML_KERNEL(signal_log));
}

void write_tflite(const SignalLog& op, TfliteWriter& writer) {
  write_signal_operator(
      writer, "SignalFilterBankLog",
      {{"input_correction_bits", op.input_correction_bits}, {"output_scale", op.output_scale}});
}

bool read_tflite(SignalLog& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalFilterBankLog", 1, 1)) return false;
  const SignalOptions options = read_options(reader);
  op.input_correction_bits = option(options, "input_correction_bits", 0, kMostShift);
  op.output_scale = option(options, "output_scale", 0, INT32_MAX);
  return true;
}

}  // namespace tinyml::ops
