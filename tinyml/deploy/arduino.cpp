// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/arduino.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/boards/boards.h"
#include "tinyml/deploy/sam_ba.h"
#include "tinyml/deploy/serial_port.h"

namespace tinyml::deploy {
namespace fs = std::filesystem;
namespace {

constexpr const char* tool = "arduino-cli";

const boards::Board& require_board(const std::string& name) {
  const boards::Board& board = boards::find_board(name);
  if (board.flash_method != "bossac" || board.fqbn.empty()) {
    throw Error(
        ErrorKind::unsupported,
        fmt::format("{} is not flashed through arduino-cli and SAM-BA; use arduino_nano33_ble, or export "
                    "the project for this board's own tools",
                    board.id));
  }
  return board;
}

// "arduino:mbed_nano" of "arduino:mbed_nano:nano33ble".
std::string core_of(const std::string& fqbn) { return fqbn.substr(0, fqbn.find(':', fqbn.find(':') + 1)); }

// arduino-cli 1.x gives {"platforms": [...]}, earlier ones the array; the field was "ID" once.
bool lists_core(const std::string& json, const std::string& core) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (document.is_discarded())
    throw Error(ErrorKind::io, "arduino-cli core list printed no JSON; update arduino-cli");
  const auto& platforms = document.is_object() ? document.value("platforms", nlohmann::json()) : document;
  if (!platforms.is_array()) return false;
  for (const auto& platform : platforms) {
    for (const char* field : {"id", "ID"}) {
      if (platform.is_object() && platform.contains(field) && platform[field] == core) return true;
    }
  }
  return false;
}

void require_core(const std::string& core) {
  ProcessResult list = run_process({tool, "core", "list", "--json"}, 60);
  if (list.exit_code != 0) list = run_process({tool, "core", "list", "--format", "json"}, 60);
  if (list.exit_code != 0) {
    throw Error(ErrorKind::io, fmt::format("arduino-cli core list {}", list.ending()));
  }
  if (lists_core(list.output, core)) return;
  throw Error(ErrorKind::not_found,
              fmt::format("the Arduino core {0} is not installed; run: arduino-cli core install {0}", core));
}

void require_tools(const boards::Board& board) {
  if (!find_program(tool)) {
    throw Error(ErrorKind::not_found,
                "arduino-cli is not installed; get it from https://arduino.github.io/arduino-cli, then run: "
                "arduino-cli core install " +
                    core_of(board.fqbn));
  }
  require_core(core_of(board.fqbn));
}

// "Arduino_LSM9DS1" where a compiler misses Arduino_LSM9DS1.h; empty where it misses no header.
std::string missing_library(const std::string& error) {
  std::smatch found;
  const std::regex missing("error: ([A-Za-z0-9_]+)\\.h: No such file");
  return std::regex_search(error, found, missing) ? found[1].str() : "";
}

// The line of a compiler's output that tells most.
std::string first_error(const std::string& text) {
  size_t at = text.find("error:");
  if (at == text.npos) at = text.find_first_not_of(" \r\n\t");
  if (at == text.npos) return "arduino-cli gives no reason";
  const size_t start = text.rfind('\n', at) + 1;
  return text.substr(start, std::min(text.find('\n', at), start + 300) - start);
}

Bytes compile(const fs::path& sketch, const std::string& fqbn, const DeployOptions& options) {
  const TemporaryFolder output;
  std::vector<std::string> command = {tool, "compile", "--fqbn=" + fqbn,
                                      "--output-dir=" + output.path().string()};
  for (const fs::path& library : options.libraries) {
    command.push_back("--library=" + fs::absolute(library).string());
  }
  command.push_back(sketch.string());
  const ProcessResult result = run_process(command, options.compile_s);
  if (result.signal != 0) {
    throw Error(ErrorKind::io, fmt::format("compiling {}: {} {}", sketch.string(), tool, result.ending()));
  }
  if (result.exit_code != 0) {
    const std::string error = first_error(result.error.empty() ? result.output : result.error);
    const std::string missing = missing_library(error);
    if (!missing.empty()) {
      throw Error(ErrorKind::not_found,
                  fmt::format("sketch {0} needs the Arduino library {1}; run: arduino-cli lib install {1}",
                              sketch.filename().string(), missing));
    }
    throw Error(ErrorKind::bad_file, fmt::format("sketch {} does not compile: {}", sketch.string(), error));
  }
  return read_bytes(output.path() / (sketch.filename().string() + ".ino.bin"));
}

fs::path require_sketch(const fs::path& given) {
  const fs::path sketch = fs::absolute(given / "").lexically_normal().parent_path();
  const fs::path main = sketch / (sketch.filename().string() + ".ino");
  if (!fs::is_regular_file(main)) {
    throw Error(ErrorKind::not_found, fmt::format("{} is no sketch folder: it has no {}", given.string(),
                                                  main.filename().string()));
  }
  return sketch;
}

}  // namespace

void check_arduino_deploy(const std::string& board, const fs::path& port) {
  require_port(port);
  require_tools(require_board(board));
  require_port_access(port);
}

Deployed deploy_to_arduino(const fs::path& sketch, const std::string& board_name, const fs::path& port,
                           const DeployOptions& options) {
  check_arduino_deploy(board_name, port);
  const boards::Board& board = require_board(board_name);
  const fs::path folder = require_sketch(sketch);
  const auto tell = [&](const char* stage) {
    if (options.progress) options.progress({stage, 0, 0, -1, ""});
  };
  tell("compiling");
  const Bytes image = compile(folder, board.fqbn, options);

  if (static_cast<int64_t>(image.size()) > board.application_limit_bytes) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("sketch {} has {} bytes; {} takes {}", sketch.string(), image.size(), board.id,
                            board.application_limit_bytes));
  }

  tell("entering the bootloader");
  Deployed deployed;
  deployed.port = enter_bootloader(port, options.touch);
  deployed.program_bytes = static_cast<int64_t>(image.size());
  SerialPort bootloader(deployed.port, 921600);
  SamBaOptions upload;
  upload.limit_bytes = board.application_limit_bytes;
  upload.answer_s = options.answer_s;
  upload.flash_s = options.flash_s;
  upload.progress = options.progress;
  deployed.bootloader = upload_sam_ba(bootloader, image, upload);
  return deployed;
}

}  // namespace tinyml::deploy
