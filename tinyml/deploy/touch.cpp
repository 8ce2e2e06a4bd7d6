// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/touch.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "tinyml/base/error.h"
#include "tinyml/base/progress.h"
#include "tinyml/deploy/serial_port.h"

namespace tinyml::deploy {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

/// Which node stands behind a name; another one means that the device was plugged in anew.
using Node = std::pair<dev_t, ino_t>;
using Ports = std::map<std::string, Node>;

// The ports that differ from this one by their number only.
Ports ports_like(const fs::path& port) {
  std::string stem = port.filename().string();
  stem.erase(stem.find_last_not_of("0123456789") + 1);
  Ports found;
  std::error_code error;
  for (fs::directory_iterator it(port.parent_path(), error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    struct stat link {
    }, device{};
    if (!name.starts_with(stem) || name.find_first_not_of("0123456789", stem.size()) != name.npos) continue;
    if (::lstat(it->path().c_str(), &link) != 0 || ::stat(it->path().c_str(), &device) != 0) continue;
    found[it->path().string()] = {device.st_rdev, link.st_ino};
  }
  return found;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// udev gives the group its rights a moment after the port appears.
void wait_for_access(const fs::path& port) {
  for (const auto start = Clock::now();; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    check_interrupt();
    try {
      return require_port_access(port);
    } catch (const Error&) {
      if (seconds_since(start) > 2) throw;
    }
  }
}

}  // namespace

fs::path enter_bootloader(const fs::path& given, const TouchTimeouts& timeouts) {
  // A name like /dev/serial/by-id/… belongs to the running sketch only; its port has a number.
  const fs::path port =
      given.filename().string().starts_with("tty") ? fs::absolute(given) : fs::canonical(given);
  Ports before = ports_like(port);
  {
    SerialPort touched(port, 1200);
    touched.set_dtr(false);
  }
  const auto start = Clock::now();
  for (bool left = false;;) {
    check_interrupt();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const Ports now = ports_like(port);
    for (const auto& [name, node] : now) {
      const auto known = before.find(name);
      if (known != before.end() && known->second == node) continue;
      wait_for_access(name);
      return name;
    }
    if (!now.contains(port.string())) {
      left = true;
      before.erase(port.string());
    }
    if (!left && seconds_since(start) > timeouts.leave_s) return port;
    if (left && seconds_since(start) > timeouts.return_s) {
      throw Error(
          ErrorKind::io,
          fmt::format("port {} went away for its bootloader and none came back within {} s; press the "
                      "board's reset button twice quickly and deploy again",
                      port.string(), timeouts.return_s));
    }
  }
}

}  // namespace tinyml::deploy
