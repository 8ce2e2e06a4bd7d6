// SPDX-License-Identifier: Apache-2.0
// Any bytes either decode to samples or are refused with a one-line bad_file that names the file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/data/audio.h"

/// libsndfile 1.2 does not free all of a malformed Ogg stream that it refuses to open.
extern "C" const char* __lsan_default_suppressions() { return "leak:libvorbis.so\nleak:libogg.so\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const int32_t rate_hz = size % 2 ? 16000 : 0;
    const tinyml::data::Audio audio = tinyml::data::decode_audio({bytes, size}, "fuzz.wav", rate_hz);
    if (audio.sample_rate_hz <= 0 || (rate_hz && audio.sample_rate_hz != rate_hz)) std::abort();
  } catch (const tinyml::Error& error) {
    const std::string_view message = error.what();
    if (error.kind() != tinyml::ErrorKind::bad_file || message.find('\n') != std::string_view::npos ||
        message.substr(0, 8) != "fuzz.wav") {
      std::abort();
    }
  }
  return 0;
}
