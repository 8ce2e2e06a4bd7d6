// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace tinyml {

/// A file that is installed with this library for other programs to load or run.
struct Companion {
  std::string file;         // its name
  std::string environment;  // the variable that names another one
  std::filesystem::path installed, built;
};

/// Where it is: what the environment says, or beside the running program or extension module, or in its
/// ../lib, or on its library path (find_package(tinyml) adds the installed folder), or where it was installed
/// or built. Empty where it is nowhere. Errors: not_found, where the environment names no file.
std::filesystem::path find_companion(const Companion& companion);

}  // namespace tinyml
