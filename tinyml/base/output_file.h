// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tinyml {

/// Whether a file that a user named can be written: it must end in `extension` (".tflite") and be none of
/// `inputs`, the files that are read (empty ones are left out). Errors: as check_writable; invalid_argument.
void check_output(const std::filesystem::path& path, const std::string& extension,
                  const std::vector<std::filesystem::path>& inputs);

}  // namespace tinyml
