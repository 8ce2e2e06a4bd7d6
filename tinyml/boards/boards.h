// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/base/target.h"

namespace tinyml::boards {

/// A figure and where it comes from. A source that says "unverified" was not read at its origin.
struct Figure {
  double value = 0;
  std::string source;
};

/// A board as its file in tinyml/boards/data describes it.
struct Board {
  std::string id;                    // "arduino_nano33_ble"
  std::vector<std::string> aliases;  // other names every door takes
  std::string fqbn;                  // Arduino's fully qualified name, empty where there is none
  std::string name;                  // "Arduino Nano 33 BLE Sense"
  std::string device;                // "nRF52840"
  std::string use_case;
  Core core = Core::host;
  int64_t clock_hz = 0;

  int64_t flash_bytes = 0;
  int64_t ram_bytes = 0;
  int64_t application_offset_bytes = 0;  // where the program starts in flash
  int64_t application_limit_bytes = 0;   // the largest program
  int flash_wait_states = 0;             // at clock_hz, on a cache miss
  std::string cache;
  std::string memory_source;

  Figure active_ma;  // computing at clock_hz, at supply_v
  Figure sleep_ua;   // RAM retained
  Figure supply_v;

  std::string toolchain;     // "arm-none-eabi-gcc"
  std::string flash_method;  // "bossac", "uf2", "openocd", "esptool"

  double active_mw() const { return active_ma.value * supply_v.value; }
  double active_ua_per_mhz() const { return active_ma.value * 1e9 / static_cast<double>(clock_hz); }
};

/// Every known board, ordered by id.
std::span<const Board> boards();

/// The board of that id, alias or FQBN. Errors: invalid_argument with the nearest three names.
const Board& find_board(std::string_view any_name);

/// One board file. Errors: bad_file naming `name` and the field.
Board parse_board(std::string_view toml, std::string_view name);

}  // namespace tinyml::boards
