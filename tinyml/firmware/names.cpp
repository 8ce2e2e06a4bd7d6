// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/names.h"

#include <algorithm>

namespace tinyml::firmware {
namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_library_name(std::string_view name) {
  if (name.empty() || name.size() > 63 || name.back() == ' ') return false;
  if (!is_letter(name[0]) && !is_digit(name[0])) return false;
  return std::ranges::all_of(name, [](char c) {
    return is_letter(c) || is_digit(c) || c == ' ' || c == '_' || c == '.' || c == '-';
  });
}

}  // namespace tinyml::firmware
