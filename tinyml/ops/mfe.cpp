// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "tinyml/device/dsp/mfe_float.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/mfe_tables.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

/// int16 samples give int8 features whose quantization says dB; float32 samples in +-1 give float32 dB.
void infer(const Mfe& op, Graph& graph, const Node& node) {
  check(op);
  const Tensor& input = graph[node.inputs.at(0)];
  const Shape samples = input_shape(graph, node, 2);
  if (input.dtype != DType::int16 && input.dtype != DType::float32) {
    throw Error(ErrorKind::bad_file,
                fmt::format("mfe needs int16 or float32 samples, not {}", name_of(input.dtype)));
  }
  const int32_t frames = frames_in(op, samples[1]);
  if (frames < 1) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("mfe: {} samples are fewer than one frame of {}: lengthen the window or shorten "
                            "the frame",
                            samples[1], op.frame_samples));
  }
  const bool fixed = input.dtype == DType::int16;
  Tensor& output = graph[node.outputs.at(0)];
  output.shape = {samples[0], frames, op.bands, 1};
  output.dtype = fixed ? DType::int8 : DType::float32;
  output.quantization = fixed ? quantization_of(op) : Quantization{};
}

int64_t macs(const Mfe& op, const Graph& graph, const Node& node) {
  const int64_t half = op.fft_size / 2, stages = std::countr_zero(uint32_t(half));
  const int64_t fft = 3 * half * stages / 2 + 2 * half;
  return graph[node.outputs.at(0)].shape.at(1) * (op.frame_samples + fft + 3 * half);
}

void forward(const Mfe& op, FloatForward& pass) {
  const MfeFloatTables tables = mfe_float_tables(op);
  const FloatTensor& input = pass.inputs.at(0);
  const FloatTensor& output = pass.outputs.at(0);
  device::MfeParams params{};
  set_frame_params(op, output.shape.at(1), params);
  pass.workspace->resize(std::max(pass.workspace->size(), static_cast<size_t>(op.fft_size)));
  const int64_t in_size = input.size() / input.shape.at(0), out_size = output.size() / output.shape.at(0);
  for (int32_t i = 0; i < input.shape[0]; ++i) {
    device::mfe_float(params, input.data + i * in_size, tables.window.data(), tables.twiddles.data(),
                      tables.mel_starts.data(), tables.mel_weights.data(), output.data + i * out_size,
                      pass.workspace->data());
  }
  for (int64_t i = 0; i < output.size(); ++i) {
    output.data[i] = std::clamp(output.data[i], op.floor_db, op.ceiling_db);
  }
}

KernelCall lower(const Mfe& op, const Graph& graph, const Node& node, const Target&) {
  const Quantization quantization = quantization_of(op);
  device::MfeParams params{};
  set_frame_params(op, graph[node.outputs.at(0)].shape.at(1), params);
  params.reference = level_of(op, -quantization.scale() * quantization.zero_point());
  set_gain(10 * std::log10(2.0) / quantization.scale() / 32768, params);

  const auto tables = std::make_shared<const MfeTables>(mfe_tables(op));
  KernelCall call;
  call.header = "tinyml/device/dsp/mfe.h";
  call.function = "mfe";
  call.parameters = to_parameters(params);
  call.tables = to_device_tables(*tables);
  call.scratch_bytes = int64_t{op.fft_size} * 4;
  call.run = [params, tables](std::span<const void* const> inputs, std::span<void* const> outputs,
                              void* scratch) {
    device::mfe(params, static_cast<const int16_t*>(inputs[0]), tables->window.data(),
                tables->twiddles.data(), tables->mel_starts.data(), tables->mel_weights.data(),
                tables->log2.data(), static_cast<int8_t*>(outputs[0]), scratch);
  };
  return call;
}

}  // namespace tinyml::ops
