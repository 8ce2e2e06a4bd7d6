// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tinyml/report/inspection.h"

namespace tinyml::project {

/// What a trained project folder or a model file is and costs on `board`; empty: the project's, or
/// arduino_nano33_ble. Errors: as load_program.
report::Inspection inspect(const std::filesystem::path& path, const std::string& board = {});

}  // namespace tinyml::project
