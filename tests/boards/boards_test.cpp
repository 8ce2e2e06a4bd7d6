// SPDX-License-Identifier: Apache-2.0
#include "tinyml/boards/boards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tinyml/base/error.h"

namespace tinyml::boards {
namespace {

using ::testing::HasSubstr;

TEST(Boards, KnowsEveryPromisedBoard) {
  for (const char* name :
       {"arduino_nano33_ble", "esp32_devkit", "nrf52840_dk", "raspberry_pi_pico", "nucleo_l4r5zi",
        "stm32f405", "stm32f446re", "stm32f746", "stm32h743zi", "esp32c3"}) {
    EXPECT_EQ(find_board(name).id, name);
  }
}

TEST(Boards, TakesAliasAndFqbn) {
  for (const char* name : {"arduino_nano33", "nano33ble", "arduino:mbed_nano:nano33ble"}) {
    EXPECT_EQ(find_board(name).id, "arduino_nano33_ble");
  }
  EXPECT_EQ(find_board("esp32").id, "esp32_devkit");
  EXPECT_EQ(find_board("nrf52840").id, "nrf52840_dk");
  EXPECT_EQ(find_board("pico").id, "raspberry_pi_pico");
  EXPECT_EQ(find_board("stm32").id, "stm32f746");
}

TEST(Boards, UnknownNameGivesTheNearestThree) {
  try {
    find_board("arduino_nano_33");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("unknown board \"arduino_nano_33\"; nearest: arduino_nano33, "));
  }
  EXPECT_THROW(find_board(""), Error);
}

TEST(Boards, NamesAreUnique) {
  std::set<std::string> names;
  for (const Board& board : boards()) {
    EXPECT_TRUE(names.insert(board.id).second) << board.id;
    for (const std::string& alias : board.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    if (!board.fqbn.empty()) {
      EXPECT_TRUE(names.insert(board.fqbn).second) << board.fqbn;
    }
  }
}

TEST(Boards, FiguresAreWithinTheDevice) {
  for (const Board& board : boards()) {
    SCOPED_TRACE(board.id);
    EXPECT_LE(board.application_offset_bytes + board.application_limit_bytes, board.flash_bytes);
    EXPECT_LT(board.sleep_ua.value / 1000, board.active_ma.value);
    EXPECT_GT(board.supply_v.value, 1);
    EXPECT_LT(board.supply_v.value, 6);
  }
  EXPECT_NEAR(find_board("arduino_nano33_ble").active_ua_per_mhz(), 51.6, 0.1);
  EXPECT_NEAR(find_board("nucleo_l4r5zi").active_mw(), 42.12, 0.01);
}

TEST(Boards, BadFileNamesTheField) {
  const auto message = [](const char* text) -> std::string {
    try {
      parse_board(text, "bad.toml");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_file);
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message("aliases = []"), "bad.toml: id is missing or has the wrong type");
  EXPECT_THAT(message("id = \"a\"\naliases = [1"), HasSubstr("bad.toml, line 2: "));
  const std::string head =
      "id='a'\naliases=[]\nfqbn=''\nname='a'\ndevice='a'\nuse_case=''\ncore='cortex_m4'\nclock_hz=";
  EXPECT_EQ(message((head + "0").c_str()), "bad.toml: clock_hz must be positive");
  EXPECT_EQ(message((head + "1").c_str()), "bad.toml: memory must be a table");
}

}  // namespace
}  // namespace tinyml::boards
