// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinyml::emulate {

/// The layer that a symbol of generated code belongs to.
struct LayerName {
  int number = 0;
  std::string name;  // "layer_03_conv_2d"
};

/// The names that qualify a symbol, outermost first: {"kws", "layer_03_conv_2d"} for a function or table in
/// namespace kws, with or without internal linkage, and for what is static inside it. A symbol that is not
/// Itanium-mangled is its own name; compiler suffixes (".constprop.0") are left out.
std::vector<std::string> names_in_symbol(std::string_view symbol);

/// The first of those names that reads `layer_<number>_<rest>`.
std::optional<LayerName> layer_of_symbol(std::string_view symbol);

}  // namespace tinyml::emulate
