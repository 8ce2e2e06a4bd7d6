// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/inspect.h"

#include "tinyml/project/program.h"

namespace tinyml::project {

report::Inspection inspect(const std::filesystem::path& path, const std::string& board) {
  const Program program = load_program(path, board);
  report::InspectOptions options;
  options.path = path.string();
  options.features = program.features;
  options.board = program.board;
  if (!std::filesystem::is_directory(path))
    options.file_bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  return report::inspect(program.net, options);
}

}  // namespace tinyml::project
