// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace tinyml::deploy {

/// The port is there and a character device. Errors: not_found, which names the port and those that are
/// there; invalid_argument for a file of another kind.
void require_port(const std::filesystem::path& port);

/// This user may open the port. Errors: io, which names the group to join.
void require_port_access(const std::filesystem::path& port);

/// A serial port, raw, 8N1, for this process alone. Every wait is bounded, and ends early with
/// Error(interrupted). Errors: io; the message names the port.
class SerialPort {
 public:
  /// `baud` is one of 1200, 9600, 115200, 230400, 921600.
  SerialPort(const std::filesystem::path& port, int baud);
  ~SerialPort();
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Returns once the bytes have left this machine.
  void write(std::span<const uint8_t> bytes, double timeout_s);
  void write(const std::string& text, double timeout_s);

  /// Waits for at least one byte; 0 at the timeout.
  size_t read_some(std::span<uint8_t> buffer, double timeout_s);

  /// Forgets what came in and was not read.
  void discard_input();

  /// Data terminal ready; ports without the line ignore it.
  void set_dtr(bool on);

 private:
  [[noreturn]] void fail(const char* action) const;

  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace tinyml::deploy
