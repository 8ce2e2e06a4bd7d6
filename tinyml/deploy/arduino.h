// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/deploy/touch.h"

namespace tinyml::deploy {

struct DeployOptions {
  std::vector<std::filesystem::path> libraries;  // folders of Arduino libraries that the sketch includes
  double compile_s = 900;                        // at most
  double answer_s = 1, flash_s = 5;              // of the bootloader, see SamBaOptions
  TouchTimeouts touch;
  ProgressHook progress;
};

struct Deployed {
  std::filesystem::path port;  // the bootloader's
  int64_t program_bytes = 0;
  std::string bootloader;  // its version
};

/// Whether a sketch could be deployed, in this order: the port is there, the board is known and takes this
/// way, arduino-cli is installed, so is the board's core, this user may use the port. Touches nothing. Each
/// is an Error of its own that says what to do: not_found, invalid_argument, unsupported or io.
void check_arduino_deploy(const std::string& board, const std::filesystem::path& port);

/// Compiles the sketch folder with the user's arduino-cli, sends the board into its bootloader and uploads
/// with our own SAM-BA client (bossac is not needed: Debian's does not know the chip). For boards whose
/// flash method is "bossac". Everything is checked before anything is touched, and the sketch is compiled
/// before the board is. Sketch, board and port reach arduino-cli as single arguments, never a shell.
/// Errors: those of check_arduino_deploy, a sketch that is not there (not_found) or does not compile
/// (bad_file), and those of upload_sam_ba.
Deployed deploy_to_arduino(const std::filesystem::path& sketch, const std::string& board,
                           const std::filesystem::path& port, const DeployOptions& options = {});

}  // namespace tinyml::deploy
