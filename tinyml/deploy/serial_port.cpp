// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/serial_port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/base/progress.h"

namespace tinyml::deploy {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point deadline_after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

int remaining_ms(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 100));
}

// A port's name as the user gave it, on one line.
std::string shown(const fs::path& port) {
  std::string text = port.string();
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::string ports_here() {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator it("/dev", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("ttyACM") || name.starts_with("ttyUSB")) found.push_back(it->path().string());
  }
  std::ranges::sort(found);
  return found.empty() ? "no serial port is there" : fmt::format("there are: {}", fmt::join(found, ", "));
}

speed_t speed_of(int baud) {
  switch (baud) {
    case 1200:
      return B1200;
    case 9600:
      return B9600;
    case 115200:
      return B115200;
    case 230400:
      return B230400;
    case 921600:
      return B921600;
  }
  TINYML_CHECK(!"a baud rate of the list");
  return B0;
}

}  // namespace

void require_port(const fs::path& port) {
  struct stat status {};
  if (::stat(port.c_str(), &status) != 0) {
    throw Error(ErrorKind::not_found,
                fmt::format("port {} does not exist; connect the board or name its port ({})", shown(port),
                            ports_here()));
  }
  if (!S_ISCHR(status.st_mode)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} is not a serial port ({})", shown(port), ports_here()));
  }
}

void require_port_access(const fs::path& port) {
  if (::faccessat(AT_FDCWD, port.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return;
  const int code = errno;
  if (code != EACCES) {
    throw Error(ErrorKind::io, fmt::format("cannot open port {}: {}", shown(port), std::strerror(code)));
  }
  struct stat status {};
  const group* owner = ::stat(port.c_str(), &status) == 0 ? ::getgrgid(status.st_gid) : nullptr;
  const std::string name =
      owner != nullptr && std::strcmp(owner->gr_name, "root") != 0 ? owner->gr_name : "dialout";
  throw Error(ErrorKind::io,
              fmt::format("no permission to use port {}; run: sudo usermod -a -G {} $USER, then "
                          "log in again",
                          shown(port), name));
}

SerialPort::SerialPort(const fs::path& port, int baud) : path_(port) {
  fd_ = ::open(port.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) fail("open");
  try {
    if (::ioctl(fd_, TIOCEXCL) != 0) fail("open");
    termios settings{};
    if (::tcgetattr(fd_, &settings) != 0) fail("configure");
    ::cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
    settings.c_cc[VMIN] = 0;
    settings.c_cc[VTIME] = 0;
    ::cfsetspeed(&settings, speed_of(baud));
    if (::tcsetattr(fd_, TCSANOW, &settings) != 0) fail("configure");
    ::tcflush(fd_, TCIOFLUSH);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

SerialPort::~SerialPort() {
  ::ioctl(fd_, TIOCNXCL);
  ::close(fd_);
}

void SerialPort::fail(const char* action) const {
  const int code = errno;
  if (code == EBUSY) {
    throw Error(ErrorKind::io, fmt::format("port {} is in use; close the serial monitor", shown(path_)));
  }
  const bool gone = code == EIO || code == ENXIO || code == ENODEV;
  throw Error(ErrorKind::io, fmt::format("cannot {} port {}: {}", action, shown(path_),
                                         gone ? "the device went away" : std::strerror(code)));
}

void SerialPort::write(std::span<const uint8_t> bytes, double timeout_s) {
  const auto deadline = deadline_after(timeout_s);
  const auto check_time = [&] {
    check_interrupt();
    if (Clock::now() < deadline) return;
    // Else closing would wait for the device to take them.
    ::tcflush(fd_, TCOFLUSH);
    throw Error(ErrorKind::io, fmt::format("port {} took no data for {} s", shown(path_), timeout_s));
  };
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t put = ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (put > 0) done += static_cast<size_t>(put);
    if (put < 0 && errno != EAGAIN && errno != EINTR) fail("write to");
    if (done == bytes.size()) break;
    pollfd end{fd_, POLLOUT, 0};
    ::poll(&end, 1, remaining_ms(deadline));
    if (end.revents & (POLLHUP | POLLERR)) {
      errno = EIO;
      fail("write to");
    }
    check_time();
  }
  for (int waiting = 0; ::ioctl(fd_, TIOCOUTQ, &waiting) == 0 && waiting > 0; check_time()) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

void SerialPort::write(const std::string& text, double timeout_s) {
  write({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, timeout_s);
}

size_t SerialPort::read_some(std::span<uint8_t> buffer, double timeout_s) {
  for (const auto deadline = deadline_after(timeout_s);;) {
    check_interrupt();
    pollfd end{fd_, POLLIN, 0};
    ::poll(&end, 1, remaining_ms(deadline));
    if (end.revents & POLLIN) {
      const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
      if (got > 0) return static_cast<size_t>(got);
      if (got == 0) errno = EIO;
      if (errno != EAGAIN && errno != EINTR) fail("read from");
    } else if (end.revents & (POLLHUP | POLLERR | POLLNVAL)) {
      errno = EIO;
      fail("read from");
    }
    if (Clock::now() >= deadline) return 0;
  }
}

void SerialPort::discard_input() { ::tcflush(fd_, TCIFLUSH); }

void SerialPort::set_dtr(bool on) {
  const int line = TIOCM_DTR;
  if (::ioctl(fd_, on ? TIOCMBIS : TIOCMBIC, &line) != 0 && errno != ENOTTY && errno != EINVAL) fail("reset");
}

}  // namespace tinyml::deploy
