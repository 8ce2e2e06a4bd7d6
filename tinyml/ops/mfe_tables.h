// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tinyml/device/dsp/mfcc.h"
#include "tinyml/graph/operators.h"
#include "tinyml/graph/tensor.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

/// Errors: invalid_argument, naming the attribute and the remedy.
void check(const Mfe& op);
void check(const Mfcc& op);

/// int8 that covers floor_db .. ceiling_db, moved by at most half a count so that 0 dB is one.
Quantization quantization_of(const Mfe& op);
/// int8 of the DCT of dB relative to the middle of the range: no input reaches beyond +-127.
Quantization quantization_of(const Mfcc& op);

/// Whole frames in `samples` samples.
int32_t frames_in(const Mfe& op, int64_t samples);

/// The tables of tinyml/device/dsp/mfe.h, mel bands after HTK (2595 log10(1 + f / 700), triangles of height 1
/// over frequency).
struct MfeTables {
  std::vector<int16_t> twiddles;
  std::vector<uint16_t> window, mel_starts, mel_weights, log2;
};
MfeTables mfe_tables(const Mfe& op);

/// The tables of tinyml/device/dsp/mfe_float.h.
struct MfeFloatTables {
  std::vector<float> window, twiddles, mel_weights;
  std::vector<uint16_t> mel_starts;
};
MfeFloatTables mfe_float_tables(const Mfe& op);

/// Everything of MfeParams but reference, gain and gain_shift.
void set_frame_params(const Mfe& op, int32_t frames, device::MfeParams& params);
/// The level that a band of `db` has in Q15 (tinyml/device/dsp/mfe.h).
int32_t level_of(const Mfe& op, double db);
/// Sets gain and gain_shift so that a level difference of 1 becomes `counts`; 2^-24 <= counts < 2^-2.
void set_gain(double counts, device::MfeParams& params);

/// MfeParams as parameters of a call.
std::vector<Parameter> to_parameters(const device::MfeParams& params);
std::vector<Table> to_device_tables(const MfeTables& tables);

template <class T>
Table to_table(std::string name, std::string element, std::span<const T> values) {
  const auto* first = reinterpret_cast<const uint8_t*>(values.data());
  return {std::move(name), std::move(element), {first, first + values.size_bytes()}};
}

}  // namespace tinyml::ops
