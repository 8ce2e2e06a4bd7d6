// SPDX-License-Identifier: Apache-2.0
// Pictures are hostile input: any bytes either decode or are an Error.
#include <cstddef>
#include <cstdint>

#include "tinyml/base/error.h"
#include "tinyml/data/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const tinyml::data::Image image = tinyml::data::decode_image({data, size}, "input");
    TINYML_CHECK(image.pixels.size() == static_cast<size_t>(image.height) * static_cast<size_t>(image.width) *
                                            static_cast<size_t>(image.channels));
  } catch (const tinyml::Error& error) {
    TINYML_CHECK(error.kind() == tinyml::ErrorKind::bad_file);
  }
  return 0;
}
