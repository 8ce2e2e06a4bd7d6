// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "tinyml/base/file.h"

namespace tinyml::data {

/// One channel of signed 16-bit samples.
struct Audio {
  std::vector<int16_t> samples;
  int32_t sample_rate_hz = 0;
};

/// Reads WAV, FLAC or OGG of any rate, depth and number of channels (their mean is taken), resampled to
/// `sample_rate_hz` unless that is 0. Full scale is 32,768; louder samples are clamped. Errors: not_found;
/// bad_file, naming the file: no audio, truncated, no samples, NaN or infinite samples; invalid_argument
/// for a rate below 0 or above 768,000.
Audio read_audio(const std::filesystem::path& path, int32_t sample_rate_hz = 0);

/// As read_audio, for a file's content; `name` is what messages call it. Memory stays below 2 bytes a
/// sample that `bytes` really decode to, at most 2^27 samples, whatever the header claims.
Audio decode_audio(std::span<const uint8_t> bytes, std::string_view name, int32_t sample_rate_hz = 0);

/// Floats in [-1, 1] times 32,768, rounded to nearest and clamped. Errors: invalid_argument for NaN or
/// infinite values, with the index.
std::vector<int16_t> to_int16(std::span<const float> samples);

/// Band-limited resampling (soxr, high quality); the result has round(size * to_hz / from_hz) samples.
/// Errors: invalid_argument for rates outside 1 to 768,000 Hz.
std::vector<int16_t> resample(std::span<const int16_t> samples, int32_t from_hz, int32_t to_hz);

/// A 16-bit mono WAV file's content.
Bytes encode_wav(const Audio& audio);

/// Writes encode_wav(audio); an interrupted write leaves an earlier file whole. Errors: io.
void write_wav(const std::filesystem::path& path, const Audio& audio);

}  // namespace tinyml::data
