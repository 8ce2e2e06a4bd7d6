// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "tinyml/codegen/codegen.h"

namespace tinyml::firmware {

/// Writes a .zip of the files in their order, all dated 1980-01-01: the same files give the same bytes. An
/// earlier file stays whole until the new one is complete. Errors: io.
void write_zip(const std::filesystem::path& path, const std::vector<codegen::SourceFile>& files);

}  // namespace tinyml::firmware
