// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tinyml/base/progress.h"
#include "tinyml/deploy/serial_port.h"

namespace tinyml::deploy {

struct SamBaOptions {
  std::string chip = "nRF52840-QIAA";  // what the bootloader must say it is
  int64_t limit_bytes = 983040;
  double answer_s = 1;  // for commands that touch no flash
  double flash_s = 5;   // for those that do
  ProgressHook progress;
};

/// Writes a program through the SAM-BA monitor of the Arduino Nano 33 BLE's bootloader, at the bootloader's
/// address 0 (0x10000 of the flash), and restarts the board. Commands: N (binary), V (version), I (chip),
/// X (erase), S (bytes to RAM), Y (RAM to flash), K (reset), in the order of Arduino's bossac. Returns the
/// bootloader's version. Errors: invalid_argument (an empty or too large image), unsupported (another chip
/// or bootloader), io (no answer, device gone): the message says what is in the flash then.
std::string upload_sam_ba(SerialPort& port, std::span<const uint8_t> image, const SamBaOptions& options = {});

}  // namespace tinyml::deploy
