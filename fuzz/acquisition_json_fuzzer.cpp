// SPDX-License-Identifier: Apache-2.0
// Any bytes are either a recording of finite values or refused with a one-line error that names the file;
// under a key none that a fuzzer makes is right.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/data/acquisition.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace data = tinyml::data;
  for (const std::string_view key : {"", "not the key of the corpus"}) {
    try {
      const data::Acquisition read =
          data::decode_acquisition({bytes, size}, "fuzz.json", data::AcquisitionEncoding::json, key);
      if (!key.empty() || read.verified) std::abort();
      const data::SensorRecording& recording = read.recording;
      if (recording.samples() == 0 || recording.values.size() % recording.channels.size() != 0) std::abort();
      if (!(recording.rate_hz > 0) || !std::isfinite(recording.rate_hz)) std::abort();
      for (const float value : recording.values) {
        if (!std::isfinite(value)) std::abort();
      }
    } catch (const tinyml::Error& error) {
      const std::string_view message = error.what();
      if (message.find('\n') != std::string_view::npos || message.substr(0, 9) != "fuzz.json") std::abort();
    }
  }
  return 0;
}
