// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/output_file.h"

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml {

void check_output(const std::filesystem::path& path, const std::string& extension,
                  const std::vector<std::filesystem::path>& inputs) {
  if (path.extension() != extension) {
    throw Error(ErrorKind::invalid_argument,
                path.string() + ": what is written is a " + extension + " file: name it so");
  }
  for (const std::filesystem::path& input : inputs) {
    std::error_code ignored;
    if (input.empty() || !std::filesystem::equivalent(input, path, ignored)) continue;
    throw Error(ErrorKind::invalid_argument, path.string() + " is what is read: choose another name");
  }
  check_writable(path);
}

}  // namespace tinyml
