// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "tinyml/codegen/codegen.h"

namespace tinyml::firmware {

/// Makes `target` a folder of exactly these files: written to a sibling, then exchanged with an earlier
/// folder in one step. An interrupted or failed call leaves the earlier folder whole. Errors: io.
void replace_folder(const std::filesystem::path& target, const std::vector<codegen::SourceFile>& files);

}  // namespace tinyml::firmware
