// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tinyml/project/profile.h"

namespace tinyml::project {

/// What can be compiled for a board: a net and, in a project, its signal processing.
struct Program {
  Graph net;
  std::optional<Operator> features;
  std::string board;
  std::optional<codegen::SourceFile> facade = {};  // an anomaly detector's calibrated score
};

/// A trained project folder, or a model file. `board` empty: the project's, or arduino_nano33_ble.
/// Errors: not_found, bad_file, unsupported.
Program load_program(const std::filesystem::path& path, const std::string& board = {});

}  // namespace tinyml::project
