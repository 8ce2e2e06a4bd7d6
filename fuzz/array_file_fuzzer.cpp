// SPDX-License-Identifier: Apache-2.0
// Any bytes are either arrays whose elements can all be read or refused with a one-line error that names the
// file, in memory of a small multiple of theirs.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/data/array_file.h"

namespace {

void check(const tinyml::data::Array& array) {
  int64_t count = 1;
  for (const int64_t extent : array.shape) count *= extent;
  if (count != array.size()) std::abort();
  for (int64_t i = 0; i < array.size(); i += 1 + array.size() / 64) array.at(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    for (const auto& array : tinyml::data::parse_arrays({bytes, size}, "fuzz.csv")) check(array);
  } catch (const tinyml::Error& error) {
    const std::string_view message = error.what();
    if (message.find('\n') != std::string_view::npos || message.substr(0, 8) != "fuzz.csv") std::abort();
  }
  return 0;
}
