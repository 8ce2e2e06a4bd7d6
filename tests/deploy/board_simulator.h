// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace tinyml::deploy {

/// What goes wrong, and when.
struct Faults {
  std::string chip = "nRF52840-QIAA";
  std::string version = "Arduino Bootloader (SAM-BA extended) 2.0 [Arduino:IKXYZ]";
  int silent_after_pages = -1;      // stops answering
  int disconnect_after_pages = -1;  // the port goes away
  int deaf_connects = 0;            // ignores the first so many V commands
  bool never_returns = false;       // after the touch
  std::string return_as = "";       // another port name after the touch
};

/// An Arduino board behind a pseudo terminal with the name FOLDER/ttyACM0: a sketch that waits for the
/// 1200-baud touch, then the bootloader's SAM-BA monitor, then the sketch again. The flash behaves as flash:
/// erasing gives ones, writing only clears bits.
class BoardSimulator {
 public:
  BoardSimulator(std::filesystem::path folder, bool in_bootloader, Faults faults = {});
  ~BoardSimulator();

  std::filesystem::path port() const { return folder_ / "ttyACM0"; }
  /// After stop().
  const std::vector<uint8_t>& flash() const { return flash_; }
  bool was_reset() const { return was_reset_; }
  bool was_touched() const { return was_touched_; }
  const std::string& commands() const { return commands_; }  // their letters

  /// Ends the board's thread; the results above may then be read.
  void stop();

 private:
  void run(std::stop_token stop, bool in_bootloader);
  bool wait_for_touch(std::stop_token stop);
  void run_monitor(std::stop_token stop);
  bool obey(const std::string& command);
  void plug_in(const std::string& name);
  void unplug();
  void say(const std::string& text);
  int next_byte(std::stop_token stop);

  std::filesystem::path folder_;
  Faults faults_;
  int master_ = -1, slave_ = -1;
  std::filesystem::path link_;
  std::vector<uint8_t> flash_, ram_;
  size_t source_ = 0;
  int pages_ = 0;
  bool was_reset_ = false, was_touched_ = false;
  std::string commands_;
  std::string binary_;
  std::jthread thread_;
};

}  // namespace tinyml::deploy
