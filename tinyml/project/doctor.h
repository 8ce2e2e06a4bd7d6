// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tinyml::project {

/// A program that some verbs run.
struct Tool {
  std::string program;
  std::string needed_for;                     // verbs
  std::string install;                        // how to get it
  std::optional<std::filesystem::path> path;  // none: not on PATH
};

/// Every program that is used, and where it is on this machine.
std::vector<Tool> find_tools();

}  // namespace tinyml::project
