// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/sam_ba.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/deploy/board_simulator.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/random.h"

namespace tinyml::deploy {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Bytes random_image(size_t size) {
  Random random(size);
  Bytes image(size);
  for (uint8_t& byte : image) byte = static_cast<uint8_t>(random.next());
  return image;
}

/// For boards that may stay silent.
SamBaOptions quick() {
  SamBaOptions options;
  options.answer_s = 3;
  options.flash_s = 3;
  return options;
}

/// For boards that answer, on a machine however busy.
SamBaOptions patient() {
  SamBaOptions options;
  options.answer_s = 20;
  options.flash_s = 20;
  return options;
}

std::string message_of(const Faults& faults, const Bytes& image, std::string* commands = nullptr) {
  const TemporaryFolder folder;
  BoardSimulator board(folder.path(), true, faults);
  std::string message;
  try {
    SerialPort port(board.port(), 921600);
    upload_sam_ba(port, image, quick());
  } catch (const Error& error) {
    message = error.what();
  }
  board.stop();
  if (commands != nullptr) *commands = board.commands();
  return message;
}

class SamBaImage : public testing::TestWithParam<size_t> {};

TEST_P(SamBaImage, ArrivesWhole) {
  const TemporaryFolder folder;
  BoardSimulator board(folder.path(), true);
  const Bytes image = random_image(GetParam());
  {
    SerialPort port(board.port(), 921600);
    EXPECT_THAT(upload_sam_ba(port, image, patient()), HasSubstr("SAM-BA"));
  }
  board.stop();
  const auto& flash = board.flash();
  EXPECT_TRUE(std::equal(image.begin(), image.end(), flash.begin() + 0x10000));
  EXPECT_TRUE(std::all_of(flash.begin(), flash.begin() + 0x10000, [](uint8_t byte) { return byte == 0; }))
      << "the bootloader was overwritten";
  EXPECT_EQ(flash[0x10000 + image.size()], 0xff);
  EXPECT_TRUE(board.was_reset());
  EXPECT_THAT(board.commands(), testing::MatchesRegex("NVIX(SYY)+K"));
}

INSTANTIATE_TEST_SUITE_P(Sizes, SamBaImage, testing::Values(1, 4095, 4096, 4097, 100000));

TEST(SamBa, WaitsForABootloaderThatIsStillStarting) {
  EXPECT_EQ(message_of({.deaf_connects = 2}, random_image(10)), "");
}

TEST(SamBa, SaysWhenNoBootloaderAnswers) {
  EXPECT_THAT(
      message_of({.deaf_connects = 99}, random_image(10)),
      AllOf(HasSubstr("ttyACM0"), HasSubstr("no bootloader answers"), HasSubstr("reset button twice")));
}

TEST(SamBa, ErasesNothingOnAnotherChip) {
  std::string commands;
  EXPECT_THAT(message_of({.chip = "ATSAMD21G18A"}, random_image(10), &commands),
              AllOf(HasSubstr("ATSAMD21G18A"), HasSubstr("nothing was written")));
  EXPECT_EQ(commands, "NVI");
  EXPECT_THAT(message_of({.version = "v1.1 Dec 15 2010"}, random_image(10), &commands),
              HasSubstr("v1.1 Dec 15 2010"));
  EXPECT_EQ(commands, "NV");
}

TEST(SamBa, SaysHowFarItCameWhenAnAnswerIsLost) {
  EXPECT_THAT(
      message_of({.silent_after_pages = 2}, random_image(20000)),
      AllOf(HasSubstr("did not answer Y00002000"), HasSubstr("2 of 5 pages"), HasSubstr("reset button")));
}

TEST(SamBa, SaysHowFarItCameWhenTheBoardIsUnplugged) {
  EXPECT_THAT(message_of({.disconnect_after_pages = 3}, random_image(20000)),
              AllOf(HasSubstr("went away"), HasSubstr("3 of 5 pages")));
}

TEST(SamBa, RefusesAnImageThatDoesNotFit) {
  std::string commands;
  EXPECT_THAT(message_of({}, random_image(983041), &commands),
              AllOf(HasSubstr("983041"), HasSubstr("983040")));
  EXPECT_THAT(message_of({}, {}, &commands), HasSubstr("empty"));
  EXPECT_EQ(commands, "");
}

}  // namespace
}  // namespace tinyml::deploy
