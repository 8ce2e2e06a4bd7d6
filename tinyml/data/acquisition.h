// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tinyml/data/sensor_recording.h"

namespace tinyml::data {

enum class AcquisitionEncoding { json, cbor };

/// One recording in Edge Impulse's data acquisition format (version v1).
struct Acquisition {
  SensorRecording recording;  // channels, units, rate 1000 / interval_ms, values; no label
  std::string device_name;    // may be empty
  std::string device_type;
  std::string algorithm;  // HS256 or none
  bool verified = false;  // the signature was checked and is right
};

/// With a key, the signature has to be there and right: HMAC-SHA-256 over the received bytes with the
/// signature's 64 digits replaced by zeros. Memory stays within a few times the size of `bytes`.
/// Errors: bad_file with `name`: no such document, a part missing or twice, rows of different lengths, values
/// that are not finite, a wrong or missing signature; unsupported: another version or algorithm, values kept
/// in another file.
Acquisition decode_acquisition(std::span<const uint8_t> bytes, std::string_view name,
                               AcquisitionEncoding encoding, std::string_view hmac_key = {});

}  // namespace tinyml::data
