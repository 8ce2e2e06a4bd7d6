// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/layer_name.h"

namespace tinyml::emulate {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<LayerName> parse_layer(const std::string& name) {
  constexpr std::string_view kPrefix = "layer_";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  size_t end = kPrefix.size();
  int number = 0;
  for (; end < name.size() && is_digit(name[end]) && end < kPrefix.size() + 6; ++end) {
    number = 10 * number + (name[end] - '0');
  }
  if (end == kPrefix.size() || end >= name.size() || name[end] != '_') return std::nullopt;
  return LayerName{number, name};
}

}  // namespace

std::vector<std::string> names_in_symbol(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return {std::string(symbol.substr(0, symbol.find('.')))};
  std::vector<std::string> names;
  size_t at = 2;
  while (at < symbol.size() && (symbol[at] == 'Z' || symbol[at] == 'N' || symbol[at] == 'K')) ++at;
  for (;;) {
    while (at < symbol.size() && symbol[at] == 'L') ++at;
    size_t length = 0;
    const size_t digits = at;
    while (at < symbol.size() && is_digit(symbol[at]) && at < digits + 5) {
      length = 10 * length + static_cast<size_t>(symbol[at++] - '0');
    }
    if (at == digits || length == 0 || length > symbol.size() - at) return names;
    const std::string name(symbol.substr(at, length));
    if (!name.starts_with("_GLOBAL_")) names.push_back(name);
    at += length;
  }
}

std::optional<LayerName> layer_of_symbol(std::string_view symbol) {
  for (const std::string& name : names_in_symbol(symbol)) {
    if (std::optional<LayerName> layer = parse_layer(name)) return layer;
  }
  return std::nullopt;
}

}  // namespace tinyml::emulate
