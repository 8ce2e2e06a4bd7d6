// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "tinyml/device/dsp/mfe_float.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/mfe_tables.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

/// The orthonormal DCT-II, [coefficients, bands].
std::vector<double> dct_matrix(const Mfcc& op) {
  const int32_t bands = op.mfe.bands;
  std::vector<double> matrix;
  for (int32_t i = 0; i < op.coefficients; ++i) {
    const double norm = std::sqrt((i == 0 ? 1.0 : 2.0) / bands);
    for (int32_t band = 0; band < bands; ++band) {
      matrix.push_back(norm * std::cos(std::numbers::pi * i * (2 * band + 1) / (2 * bands)));
    }
  }
  return matrix;
}

struct MfccConstants {
  device::MfccParams params{};
  MfeTables tables;
  std::vector<int16_t> dct;
};

MfccConstants constants_of(const Mfcc& op, int32_t frames) {
  MfccConstants constants;
  constants.tables = mfe_tables(op.mfe);
  device::MfccParams& params = constants.params;
  set_frame_params(op.mfe, frames, params);
  params.coefficients = op.coefficients;
  params.reference = level_of(op.mfe, 0.5 * (op.mfe.floor_db + op.mfe.ceiling_db));
  params.limit = level_of(op.mfe, op.mfe.ceiling_db) - params.reference;

  // The largest power of two that keeps every sum over bands, and every entry, in its type.
  const std::vector<double> matrix = dct_matrix(op);
  const double largest_level = params.limit / 32.0 + 1;
  double bound = 0;
  for (int32_t i = 0; i < op.coefficients; ++i) {
    double row = 0;
    for (int32_t band = 0; band < op.mfe.bands; ++band) {
      const double entry = std::abs(matrix[static_cast<size_t>(i * op.mfe.bands + band)]);
      row += entry + 0x1p-15;
      bound = std::max(bound, entry * 65538);
    }
    bound = std::max(bound, row * largest_level);
  }
  const int bits = std::min(15, static_cast<int>(std::floor(std::log2(0x1p31 / bound))));
  for (const double entry : matrix) {
    constants.dct.push_back(static_cast<int16_t>(std::lround(std::ldexp(entry, bits))));
  }
  set_gain(10 * std::log10(2.0) / quantization_of(op).scale() / std::ldexp(1024, bits), params);
  return constants;
}

}  // namespace

void check(const Mfcc& op) {
  with_context("mfcc", [&] { check(op.mfe); });
  if (op.coefficients < 1 || op.coefficients > op.mfe.bands) {
    throw Error(ErrorKind::invalid_argument, fmt::format("mfcc: {} coefficients of {} bands: give 1 .. {}",
                                                         op.coefficients, op.mfe.bands, op.mfe.bands));
  }
}

Quantization quantization_of(const Mfcc& op) {
  const double half_range = 0.5 * (op.mfe.ceiling_db - op.mfe.floor_db);
  return {{static_cast<float>(half_range * std::sqrt(op.mfe.bands) / 127)}, {0}};
}

/// int16 samples give int8 coefficients; float32 samples in +-1 give float32: the DCT of dB relative to the
/// middle of floor_db .. ceiling_db.
void infer(const Mfcc& op, Graph& graph, const Node& node) {
  check(op);
  with_context("mfcc", [&] { infer(op.mfe, graph, node); });
  Tensor& output = graph[node.outputs.at(0)];
  output.shape[2] = op.coefficients;
  if (output.dtype == DType::int8) output.quantization = quantization_of(op);
}

int64_t macs(const Mfcc& op, const Graph& graph, const Node& node) {
  const int64_t frames = graph[node.outputs.at(0)].shape.at(1);
  return macs(op.mfe, graph, node) + frames * op.mfe.bands * op.coefficients;
}

void forward(const Mfcc& op, FloatForward& pass) {
  check(op);
  const MfeFloatTables tables = mfe_float_tables(op.mfe);
  const std::vector<double> matrix = dct_matrix(op);
  const std::vector<float> dct(matrix.begin(), matrix.end());
  const float range[] = {op.mfe.floor_db, op.mfe.ceiling_db};
  const FloatTensor& input = pass.inputs.at(0);
  const FloatTensor& output = pass.outputs.at(0);
  device::MfccParams params{};
  set_frame_params(op.mfe, output.shape.at(1), params);
  params.coefficients = op.coefficients;
  const size_t scratch = static_cast<size_t>(op.mfe.fft_size + op.mfe.bands);
  pass.workspace->resize(std::max(pass.workspace->size(), scratch));
  const int64_t in_size = input.size() / input.shape.at(0), out_size = output.size() / output.shape.at(0);
  for (int32_t i = 0; i < input.shape[0]; ++i) {
    device::mfcc_float(params, input.data + i * in_size, tables.window.data(), tables.twiddles.data(),
                       tables.mel_starts.data(), tables.mel_weights.data(), dct.data(), range,
                       output.data + i * out_size, pass.workspace->data());
  }
}

KernelCall lower(const Mfcc& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  const auto constants =
      std::make_shared<const MfccConstants>(constants_of(op, graph[node.outputs.at(0)].shape.at(1)));
  KernelCall call;
  call.header = "tinyml/device/dsp/mfcc.h";
  call.function = "mfcc";
  call.parameters = to_parameters(constants->params);
  call.parameters.push_back({"coefficients", constants->params.coefficients});
  call.parameters.push_back({"limit", constants->params.limit});
  call.tables = to_device_tables(constants->tables);
  call.tables.push_back(to_table<int16_t>("dct", "int16_t", constants->dct));
  call.scratch_bytes = (int64_t{op.mfe.fft_size} * 4 + int64_t{op.mfe.bands} * 2 + 3) / 4 * 4;
  call.run = [constants](std::span<const void* const> inputs, std::span<void* const> outputs, void* scratch) {
    const MfeTables& tables = constants->tables;
    device::mfcc(constants->params, static_cast<const int16_t*>(inputs[0]), tables.window.data(),
                 tables.twiddles.data(), tables.mel_starts.data(), tables.mel_weights.data(),
                 tables.log2.data(), constants->dct.data(), static_cast<int8_t*>(outputs[0]), scratch);
  };
  return call;
}

}  // namespace tinyml::ops
