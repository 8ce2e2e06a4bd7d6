// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/sam_ba.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tinyml/base/error.h"

namespace tinyml::deploy {
namespace {

constexpr uint32_t page_bytes = 4096;
// bossac's place for the page in the bootloader's RAM, behind the applet that SAM chips would have there.
constexpr uint32_t buffer_address = 0x34;
constexpr const char* remedy = "press the board's reset button twice quickly and deploy again";

class Monitor {
 public:
  Monitor(SerialPort& port, const SamBaOptions& options) : port_(port), options_(options) {}

  /// The bootloader's version; it may need a moment after its port appears.
  std::string connect() {
    for (int attempt = 0; attempt < 3; ++attempt) {
      port_.discard_input();
      send("N#");
      read_up_to(2, options_.answer_s);
      send("V#");
      const std::string version = read_line();
      if (!version.empty()) return version;
    }
    throw Error(ErrorKind::io,
                fmt::format("no bootloader answers on port {}; {}", port_.path().string(), remedy));
  }

  std::string chip() {
    send("I#");
    return read_line();
  }

  void erase() { acknowledged(fmt::format("X{:08X}#", 0), options_.flash_s); }

  void write_page(uint32_t address, std::span<const uint8_t> page) {
    // The command and the data must not share a USB packet; write() returns only when the command is out.
    send(fmt::format("S{:08X},{:08X}#", buffer_address, page.size()));
    port_.write(page, options_.flash_s);
    acknowledged(fmt::format("Y{:08X},0#", buffer_address), options_.answer_s);
    acknowledged(fmt::format("Y{:08X},{:08X}#", address, page.size()), options_.flash_s);
  }

  // The port goes away with the reset; a board that is slower than that has the command all the same.
  void reset() {
    send("K#");
    try {
      read_up_to(1, options_.answer_s);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::io) throw;
    }
  }

 private:
  void send(const std::string& command) { port_.write(command, options_.answer_s); }

  std::string read_up_to(size_t size, double timeout_s) {
    std::string text;
    std::array<uint8_t, 64> buffer;
    while (text.size() < size) {
      const size_t got =
          port_.read_some(std::span(buffer).first(std::min(buffer.size(), size - text.size())), timeout_s);
      if (got == 0) break;
      text.append(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(got));
    }
    return text;
  }

  // Up to the first byte that is no text, or until the line falls silent.
  std::string read_line() {
    std::string line;
    for (uint8_t byte = 0; line.size() < 255; line += static_cast<char>(byte)) {
      const size_t got = port_.read_some(std::span(&byte, 1), line.empty() ? options_.answer_s : 0.2);
      if (got == 0 || byte < 0x20 || byte > 0x7e) break;
    }
    read_up_to(1, 0.05);
    port_.discard_input();
    return line;
  }

  // The monitor repeats the command's letter and ends the line.
  void acknowledged(const std::string& command, double timeout_s) {
    send(command);
    const std::string answer = read_up_to(3, timeout_s);
    if (answer.size() == 3 && answer[0] == command[0]) return;
    throw Error(
        ErrorKind::io,
        fmt::format("the bootloader on port {} {} {} within {} s", port_.path().string(),
                    answer.empty() ? "did not answer" : "gave a wrong answer to", command, timeout_s));
  }

  SerialPort& port_;
  const SamBaOptions& options_;
};

}  // namespace

std::string upload_sam_ba(SerialPort& port, std::span<const uint8_t> image, const SamBaOptions& options) {
  if (image.empty()) throw Error(ErrorKind::invalid_argument, "the program to upload is empty");
  if (static_cast<int64_t>(image.size()) > options.limit_bytes) {
    throw Error(ErrorKind::invalid_argument, fmt::format("the program has {} bytes; the board takes {}",
                                                         image.size(), options.limit_bytes));
  }
  Monitor monitor(port, options);
  const std::string version = monitor.connect();
  const size_t abilities = version.find("[Arduino:");
  for (const char needed : {'I', 'K', 'X', 'Y'}) {
    if (abilities == version.npos || version.find(needed, abilities + 9) == version.npos) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("port {}: the bootloader \"{}\" is not one of Arduino's; "
                              "nothing was written",
                              port.path().string(), version));
    }
  }
  if (const std::string chip = monitor.chip(); chip != options.chip) {
    throw Error(ErrorKind::unsupported,
                fmt::format("port {} is a board with chip \"{}\", not {}; nothing was written",
                            port.path().string(), chip, options.chip));
  }

  const size_t pages = (image.size() + page_bytes - 1) / page_bytes;
  size_t written = 0;
  try {
    monitor.erase();
    for (; written < pages; ++written) {
      if (options.progress) {
        options.progress({"uploading", static_cast<int64_t>(written), static_cast<int64_t>(pages), -1, ""});
      }
      const auto rest = image.subspan(written * page_bytes);
      std::vector<uint8_t> page(page_bytes, 0xff);
      std::ranges::copy(rest.first(std::min<size_t>(rest.size(), page_bytes)), page.begin());
      monitor.write_page(static_cast<uint32_t>(written * page_bytes), page);
    }
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("{}: {} of {} pages are written and the board has no whole program; {}",
                            error.what(), written, pages, remedy));
  }
  if (options.progress) {
    options.progress({"uploading", static_cast<int64_t>(pages), static_cast<int64_t>(pages), -1, ""});
  }
  monitor.reset();
  return version;
}

}  // namespace tinyml::deploy
