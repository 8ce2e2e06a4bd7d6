// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/target.h"

#include <fmt/core.h>

#include <array>
#include <string>
#include <utility>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {

constexpr std::array<std::pair<Core, std::string_view>, 6> kCores{{{Core::host, "host"},
                                                                   {Core::cortex_m0plus, "cortex_m0plus"},
                                                                   {Core::cortex_m4, "cortex_m4"},
                                                                   {Core::cortex_m7, "cortex_m7"},
                                                                   {Core::xtensa_lx6, "xtensa_lx6"},
                                                                   {Core::rv32imc, "rv32imc"}}};
constexpr std::array<std::pair<Mode, std::string_view>, 3> kModes{
    {{Mode::size, "size"}, {Mode::balanced, "balanced"}, {Mode::speed, "speed"}}};

template <class Table>
auto parse(const Table& table, std::string_view kind, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [value, text] : table) {
    if (text == name) return value;
    names.emplace_back(text);
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown {} \"{}\"; nearest: {}", kind, name, nearest_names(name, names)));
}

template <class Table, class Value>
std::string_view text_of(const Table& table, Value value) {
  for (const auto& [key, text] : table) {
    if (key == value) return text;
  }
  return "?";
}

}  // namespace

Core parse_core(std::string_view name) { return parse(kCores, "core", name); }
std::string_view name_of(Core core) { return text_of(kCores, core); }
Mode parse_mode(std::string_view name) { return parse(kModes, "mode", name); }
std::string_view name_of(Mode mode) { return text_of(kModes, mode); }

}  // namespace tinyml
