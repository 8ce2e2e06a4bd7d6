// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/program.h"

#include "tinyml/project/config.h"
#include "tinyml/project/storage.h"

namespace tinyml::project {

Program load_program(const std::filesystem::path& path, const std::string& board) {
  if (!std::filesystem::is_directory(path)) {
    return {read_model(path), {}, board.empty() ? "arduino_nano33_ble" : board};
  }
  const ProjectFiles files(path);
  const Config config = read_config(files.config());
  if (!std::filesystem::exists(files.int8_model())) {
    throw Error(ErrorKind::not_found, path.string() + " is not trained yet: tinyml train " + path.string());
  }
  Graph net = read_model(files.int8_model());
  net.name = config.name;
  return {std::move(net), feature_operator(config), board.empty() ? config.target.board : board};
}

}  // namespace tinyml::project
