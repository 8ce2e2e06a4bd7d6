// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tinyml::cli {

/// An option or argument whose value is a path, or several: an empty one is refused before the verb begins.
template <class Value>
CLI::Option* add_path(CLI::App& verb, const std::string& name, Value& value, const std::string& help) {
  return verb.add_option(name, value, help)->check([](const std::string& given) {
    return given.empty() ? std::string("the path is empty") : std::string();
  });
}

}  // namespace tinyml::cli
