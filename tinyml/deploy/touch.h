// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace tinyml::deploy {

struct TouchTimeouts {
  double leave_s = 3;    // for the port to go away; a board that is in its bootloader already stays
  double return_s = 10;  // for a port to come back
};

/// Opens the port at 1200 baud and drops DTR, which sends an Arduino board with native USB into its
/// bootloader, and waits for the bootloader's port: the same name again or a new one beside it
/// (/dev/ttyACM1). Returns the port to upload through. Errors: io.
std::filesystem::path enter_bootloader(const std::filesystem::path& port, const TouchTimeouts& timeouts = {});

}  // namespace tinyml::deploy
