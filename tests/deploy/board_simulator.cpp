// SPDX-License-Identifier: Apache-2.0
#include "tests/deploy/board_simulator.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>

namespace tinyml::deploy {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

BoardSimulator::BoardSimulator(fs::path folder, bool in_bootloader, Faults faults)
    : folder_(std::move(folder)), faults_(std::move(faults)), flash_(1 << 20, 0), ram_(8192, 0) {
  plug_in("ttyACM0");
  thread_ = std::jthread([this, in_bootloader](std::stop_token stop) { run(stop, in_bootloader); });
}

BoardSimulator::~BoardSimulator() { stop(); }

void BoardSimulator::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  unplug();
}

void BoardSimulator::plug_in(const std::string& name) {
  master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ::grantpt(master_);
  ::unlockpt(master_);
  slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios raw{};
  ::tcgetattr(slave_, &raw);
  ::cfmakeraw(&raw);
  ::cfsetspeed(&raw, B9600);
  ::tcsetattr(slave_, TCSANOW, &raw);
  link_ = folder_ / name;
  fs::create_symlink(::ptsname(master_), link_);
}

void BoardSimulator::unplug() {
  if (master_ < 0) return;
  fs::remove(link_);
  ::close(slave_);
  ::close(master_);
  master_ = slave_ = -1;
}

void BoardSimulator::run(std::stop_token stop, bool in_bootloader) {
  if (!in_bootloader) {
    if (!wait_for_touch(stop)) return;
    was_touched_ = true;
    unplug();
    std::this_thread::sleep_for(60ms);
    if (faults_.never_returns) return;
    plug_in(faults_.return_as.empty() ? "ttyACM0" : faults_.return_as);
  }
  run_monitor(stop);
}

bool BoardSimulator::wait_for_touch(std::stop_token stop) {
  while (!stop.stop_requested()) {
    termios settings{};
    ::tcgetattr(slave_, &settings);
    if (::cfgetospeed(&settings) == B1200) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

int BoardSimulator::next_byte(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd end{master_, POLLIN, 0};
    if (::poll(&end, 1, 20) <= 0) continue;
    uint8_t byte;
    if (::read(master_, &byte, 1) == 1) return byte;
  }
  return -1;
}

void BoardSimulator::say(const std::string& text) {
  [[maybe_unused]] const ssize_t put = ::write(master_, text.data(), text.size());
}

void BoardSimulator::run_monitor(std::stop_token stop) {
  for (std::string command;;) {
    const int byte = next_byte(stop);
    if (byte < 0) return;
    if (byte != '#') {
      command += static_cast<char>(byte);
      continue;
    }
    unsigned long address = 0, size = 0;
    if (command[0] == 'S' && std::sscanf(command.c_str(), "S%lx,%lx", &address, &size) == 2) {
      commands_ += 'S';
      for (unsigned long i = 0; i < size; ++i) {
        const int data = next_byte(stop);
        if (data < 0) return;
        if (address + i < ram_.size()) ram_[address + i] = static_cast<uint8_t>(data);
      }
    } else if (!obey(command)) {
      return;
    }
    command.clear();
  }
}

bool BoardSimulator::obey(const std::string& command) {
  commands_ += command[0];
  unsigned long first = 0, second = 0;
  const int numbers = std::sscanf(command.c_str() + 1, "%lx,%lx", &first, &second);
  switch (command[0]) {
    case 'N':
      say("\n\r");
      return true;
    case 'V':
      if (faults_.deaf_connects-- <= 0) say(faults_.version + "\n\r");
      return true;
    case 'I':
      say(faults_.chip + "\n\r");
      return true;
    case 'X':
      if (numbers != 1) return true;
      // The bootloader's addresses start where the sketch does.
      std::fill(flash_.begin() + static_cast<ptrdiff_t>(0x10000 + first), flash_.end(), uint8_t{0xff});
      say("X\n\r");
      return true;
    case 'Y':
      if (numbers != 2) return true;
      if (second == 0) {
        source_ = first;
      } else {
        if (faults_.silent_after_pages == pages_) return true;
        if (faults_.disconnect_after_pages == pages_) return unplug(), false;
        for (unsigned long i = 0; i < second; ++i) {
          if (0x10000 + first + i < flash_.size()) flash_[0x10000 + first + i] &= ram_[source_ + i];
        }
        ++pages_;
      }
      say("Y\n\r");
      return true;
    case 'K':
      was_reset_ = true;
      return unplug(), false;
  }
  return true;
}

}  // namespace tinyml::deploy
