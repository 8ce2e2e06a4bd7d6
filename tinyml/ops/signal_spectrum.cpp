// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/signal_spectrum.h"

#include <cmath>
#include <numbers>

#include "tinyml/ops/signal.h"

namespace tinyml::ops {
namespace {

constexpr const char* kHeader = "signal_spectrum.h";
constexpr int32_t kMostShift = 31;

/// int16 [..., n]. Errors: bad_file.
const Tensor& expect_samples(const Graph& graph, TensorId id) {
  const Tensor& samples = expect_integers(graph, id, DType::int16, graph[id].shape.size());
  if (samples.shape.empty()) throw Error(ErrorKind::bad_file, samples.name + " has no samples");
  return samples;
}

int32_t frames_of(const Tensor& samples) {
  return static_cast<int32_t>(elements(samples.shape) / samples.shape.back());
}

}  // namespace

TINYML_INTEGER_OPERATOR(SignalWindow)

void infer(const SignalWindow&, Graph& graph, const Node& node) {
  const Tensor& input = expect_samples(graph, node.inputs.at(0));
  const Tensor& window = expect_integers(graph, node.inputs.at(1), DType::int16, 1);
  if (window.shape[0] != input.shape.back()) {
    throw Error(ErrorKind::bad_file,
                "a window of " + to_string(window.shape) + " samples on " + to_string(input.shape));
  }
  set_integers(graph, node.outputs.at(0), DType::int16, Shape(input.shape));
}

KernelCall lower(const SignalWindow& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const device::SignalWindowParams p{frames_of(input), input.shape.back(), op.shift};
  return signal_call<int16_t>(Types<int16_t, int16_t>{}, Types<>{}, kHeader, "signal_window", p, {}, 0,
                              TINYML_KERNEL(signal_window));
}

void write_tflite(const SignalWindow& op, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalWindow", {{"shift", op.shift}});
}

bool read_tflite(SignalWindow& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalWindow", 2, 1)) return false;
  op.shift = option(read_options(reader), "shift", 0, kMostShift);
  return true;
}

TINYML_INTEGER_OPERATOR(SignalFftAutoScale)

void infer(const SignalFftAutoScale&, Graph& graph, const Node& node) {
  const Shape shape = expect_integers(graph, node.inputs.at(0), DType::int16, 1).shape;
  set_integers(graph, node.outputs.at(0), DType::int16, shape);
  set_integers(graph, node.outputs.at(1), DType::int32, {});
}

KernelCall lower(const SignalFftAutoScale&, const Graph& graph, const Node& node, const Target&) {
  const device::SignalSizeParams p{graph[node.inputs.at(0)].shape.at(0)};
  KernelCall call{.header = std::string("tinyml/device/dsp/") + kHeader,
                  .function = "signal_fft_auto_scale",
                  .parameters = list_parameters(p),
                  .tables = {},
                  .takes_constants = true};
  call.run = [p](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::signal_fft_auto_scale(p, static_cast<const int16_t*>(inputs[0]),
                                  static_cast<int16_t*>(outputs[0]), static_cast<int32_t*>(outputs[1]));
  };
  return call;
}

void write_tflite(const SignalFftAutoScale&, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalFftAutoScale", {});
}

bool read_tflite(SignalFftAutoScale&, const TfliteReader& reader) {
  return is_signal_operator(reader, "SignalFftAutoScale", 1, 2);
}

TINYML_INTEGER_OPERATOR(SignalRfft)

void infer(const SignalRfft& op, Graph& graph, const Node& node) {
  Shape shape = expect_samples(graph, node.inputs.at(0)).shape;
  constexpr int32_t kMost = 1 << 14;
  if (op.fft_length < 4 || op.fft_length > kMost || (op.fft_length & (op.fft_length - 1)) != 0) {
    throw Error(ErrorKind::unsupported, "an FFT of " + std::to_string(op.fft_length) +
                                            " points, which is no power of two from 4 to " +
                                            std::to_string(kMost));
  }
  if (shape.back() > op.fft_length) {
    throw Error(ErrorKind::bad_file,
                "an FFT of " + std::to_string(op.fft_length) + " points on " + to_string(shape));
  }
  shape.back() = op.fft_length + 2;
  set_integers(graph, node.outputs.at(0), DType::int16, shape);
}

namespace {

/// exp(-i angle) as the standard rounds it.
void add_rotation(std::vector<int16_t>& table, double angle) {
  table.push_back(static_cast<int16_t>(std::floor(0.5 + 32767 * std::cos(angle))));
  table.push_back(static_cast<int16_t>(std::floor(0.5 + 32767 * std::sin(-angle))));
}

}  // namespace

KernelCall lower(const SignalRfft& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const device::SignalRfftParams p{frames_of(input), input.shape.back(), op.fft_length};
  const int32_t points = op.fft_length / 2;
  std::vector<int16_t> twiddles, half_twiddles;
  for (int32_t k = 0; k < points; ++k) add_rotation(twiddles, 2 * std::numbers::pi * k / points);
  for (int32_t k = 1; k <= points / 2; ++k) {
    add_rotation(half_twiddles, std::numbers::pi * (static_cast<double>(k) / points + 0.5));
  }
  return signal_call<int16_t>(Types<int16_t>{}, Types<int16_t, int16_t>{}, kHeader, "signal_rfft", p,
                              {make_table("twiddles", twiddles), make_table("half_twiddles", half_twiddles)},
                              int64_t{2} * op.fft_length, TINYML_KERNEL(signal_rfft));
}

void write_tflite(const SignalRfft& op, TfliteWriter& writer) {
  write_signal_operator(
      writer, "SignalRfft",
      {{"T", static_cast<int64_t>(schema::TensorType::INT16)}, {"fft_length", op.fft_length}});
}

bool read_tflite(SignalRfft& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalRfft", 1, 1)) return false;
  const SignalOptions options = read_options(reader);
  const auto type = static_cast<schema::TensorType>(option(options, "T", 0, 127));
  if (type != schema::TensorType::INT16) {
    refuse(std::string("an FFT of ") + schema::EnumNameTensorType(type) + " (INT16 is)");
  }
  op.fft_length = option(options, "fft_length", 0, INT32_MAX);
  return true;
}

TINYML_INTEGER_OPERATOR(SignalEnergy)

void infer(const SignalEnergy& op, Graph& graph, const Node& node) {
  const Tensor& input = expect_integers(graph, node.inputs.at(0), DType::int16, 1);
  const int32_t bins = input.shape[0] / 2;
  if (input.shape[0] % 2 != 0 || op.start < 0 || op.end < op.start || op.end > bins) {
    throw Error(ErrorKind::bad_file, "the energy of bins " + std::to_string(op.start) + " to " +
                                         std::to_string(op.end) + " of " + to_string(input.shape));
  }
  set_integers(graph, node.outputs.at(0), DType::uint32, {bins});
}

KernelCall lower(const SignalEnergy& op, const Graph& graph, const Node& node, const Target&) {
  const device::SignalEnergyParams p{graph[node.outputs.at(0)].shape.at(0), op.start, op.end};
  return signal_call<uint32_t>(Types<int16_t>{}, Types<>{}, kHeader, "signal_energy", p, {}, 0,
                               TINYML_KERNEL(signal_energy));
}

void write_tflite(const SignalEnergy& op, TfliteWriter& writer) {
  write_signal_operator(writer, "SignalEnergy", {{"end_index", op.end}, {"start_index", op.start}});
}

bool read_tflite(SignalEnergy& op, const TfliteReader& reader) {
  if (!is_signal_operator(reader, "SignalEnergy", 1, 1)) return false;
  const SignalOptions options = read_options(reader);
  op.start = option(options, "start_index", 0, INT32_MAX);
  op.end = option(options, "end_index", 0, INT32_MAX);
  return true;
}

}  // namespace tinyml::ops
