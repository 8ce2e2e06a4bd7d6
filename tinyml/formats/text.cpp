// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/text.h"

#include <flatbuffers/util.h>

namespace tinyml::formats {
namespace {

bool is_utf8(const std::string& text) {
  for (const char *at = text.c_str(), *end = at + text.size(); at < end;) {
    if (flatbuffers::FromUTF8(&at) < 0) return false;
  }
  return true;
}

}  // namespace

std::string clean(std::string name) {
  const bool utf8 = is_utf8(name);
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) c = '?';
  }
  return name;
}

}  // namespace tinyml::formats
