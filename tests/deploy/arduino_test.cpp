// SPDX-License-Identifier: Apache-2.0
#include "tinyml/deploy/arduino.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/deploy/board_simulator.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml::deploy {
namespace {
namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;

const char* nano = "arduino:mbed_nano:nano33ble";

/// A sketch, a PATH whose arduino-cli records its arguments, one a line, and a place for the port.
class DeployToArduino : public testing::Test {
 protected:
  void SetUp() override {
    fs::permissions(folder_.path(), fs::perms(0755));
    write_text(sketch() / "my sketch.ino", "void setup() {}\nvoid loop() {}\n");
    fs::create_directories(folder_.path() / "bin");
    options_.answer_s = 10;
    options_.flash_s = 10;
    options_.touch = {.leave_s = 0.5, .return_s = 3};
    set_path("");
  }
  void TearDown() override { ::setenv("PATH", old_path_.c_str(), 1); }

  fs::path sketch() const { return folder_.path() / "my sketch"; }
  fs::path log() const { return folder_.path() / "argv.txt"; }
  std::string logged() const { return fs::exists(log()) ? read_text(log()) : ""; }
  void set_path(const std::string& rest) {
    ::setenv("PATH", ((folder_.path() / "bin").string() + rest).c_str(), 1);
  }

  void install_arduino_cli(const std::string& cores, const std::string& compile = "") {
    const fs::path tool = folder_.path() / "bin/arduino-cli";
    write_text(tool, fmt::format(R"(#!/bin/sh
for argument in "$@"; do printf '%s\n' "$argument" >>'{0}'; done
if [ "$1" = core ]; then printf '%s' '{1}'; exit 0; fi
{2}
for argument in "$@"; do case "$argument" in --output-dir=*) out="${{argument#--output-dir=}}";; esac; done
i=0
while [ $i -lt 2000 ]; do printf 'firmware-%05d;' $i; i=$((i + 1)); done >"$out/my sketch.ino.bin"
)",
                                 log().string(), cores, compile));
    fs::permissions(tool, fs::perms(0755));
  }

  std::string deploy(const fs::path& port, const std::string& board = nano) {
    try {
      deployed_ = deploy_to_arduino(sketch(), board, port, options_);
    } catch (const Error& error) {
      kind_ = error.kind();
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  std::string old_path_ = std::getenv("PATH");
  DeployOptions options_;
  Deployed deployed_;
  ErrorKind kind_ = ErrorKind::interrupted;
};

constexpr const char* installed =
    R"({"platforms": [{"id": "arduino:mbed_nano", "installed_version": "4.1.5"}]})";

TEST_F(DeployToArduino, CompilesTouchesAndUploads) {
  install_arduino_cli(installed);
  options_.libraries = {folder_.path() / "my library"};
  BoardSimulator board(folder_.path(), false);
  EXPECT_EQ(deploy(board.port()), "");
  for (int i = 0; i < 100 && !board.was_reset(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  board.stop();
  std::string image;
  for (int i = 0; i < 2000; ++i) image += fmt::format("firmware-{:05};", i);
  EXPECT_TRUE(std::equal(image.begin(), image.end(), board.flash().begin() + 0x10000));
  EXPECT_TRUE(board.was_touched());
  EXPECT_TRUE(board.was_reset());
  EXPECT_EQ(deployed_.program_bytes, static_cast<int64_t>(image.size()));
  EXPECT_EQ(deployed_.port, board.port());
  EXPECT_THAT(logged(), testing::MatchesRegex(
                            "core\nlist\n--json\ncompile\n--fqbn=arduino:mbed_nano:nano33ble\n"
                            "--output-dir=[^\n]+\n--library=" +
                            (folder_.path() / "my library").string() + "\n" + sketch().string() + "\n"));
}

TEST_F(DeployToArduino, FollowsTheBoardToAnotherPort) {
  install_arduino_cli(installed);
  BoardSimulator board(folder_.path(), false, {.return_as = "ttyACM7"});
  EXPECT_EQ(deploy(board.port()), "");
  EXPECT_EQ(deployed_.port, folder_.path() / "ttyACM7");
}

TEST_F(DeployToArduino, TakesABoardThatIsInItsBootloaderAlready) {
  install_arduino_cli(installed);
  BoardSimulator board(folder_.path(), true);
  EXPECT_EQ(deploy(board.port(), "arduino_nano33"), "");
}

TEST_F(DeployToArduino, SaysWhenTheBoardDoesNotComeBack) {
  install_arduino_cli(installed);
  BoardSimulator board(folder_.path(), false, {.never_returns = true});
  EXPECT_THAT(deploy(board.port()), AllOf(HasSubstr("none came back"), HasSubstr("reset button")));
}

TEST_F(DeployToArduino, NamesTheMissingPortBeforeAnythingElse) {
  EXPECT_THAT(deploy("/dev/ttyACM99", "no such board"), HasSubstr("port /dev/ttyACM99 does not exist"));
  EXPECT_EQ(kind_, ErrorKind::not_found);
}

TEST_F(DeployToArduino, PassesNothingThroughAShell) {
  install_arduino_cli(installed);
  set_path(":" + old_path_);
  write_text(folder_.path() / "x", "precious");
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  for (const char* port : {"'; rm x", "$(rm x)", "`rm x`", "; rm x #", "a\nrm x"}) {
    EXPECT_THAT(deploy(port), AllOf(HasSubstr("does not exist"), testing::Not(HasSubstr("\n")))) << port;
    EXPECT_EQ(kind_, ErrorKind::not_found);
  }
  BoardSimulator board(folder_.path(), false);
  EXPECT_THAT(deploy(board.port(), "'; rm x"), HasSubstr("'; rm x"));
  EXPECT_EQ(kind_, ErrorKind::invalid_argument);
  fs::current_path(before);
  EXPECT_EQ(read_text(folder_.path() / "x"), "precious");
  EXPECT_EQ(logged(), "");
}

TEST_F(DeployToArduino, PassesOddFolderNamesAsOneArgument) {
  install_arduino_cli(installed, "exit 1");
  fs::rename(sketch() / "my sketch.ino", sketch() / "'; rm x.ino");
  const fs::path odd = folder_.path() / "'; rm x";
  fs::rename(sketch(), odd);
  BoardSimulator board(folder_.path(), false);
  EXPECT_THROW(deploy_to_arduino(odd, nano, board.port(), options_), Error);
  EXPECT_THAT(logged(), testing::EndsWith("\n" + odd.string() + "\n"));
}

TEST_F(DeployToArduino, SaysThatTheToolIsMissing) {
  BoardSimulator board(folder_.path(), false);
  EXPECT_THAT(deploy(board.port()), HasSubstr("arduino-cli is not installed"));
  EXPECT_EQ(kind_, ErrorKind::not_found);
  board.stop();
  EXPECT_FALSE(board.was_touched());
}

TEST_F(DeployToArduino, SaysThatTheCoreIsMissing) {
  BoardSimulator board(folder_.path(), false);
  for (const char* cores : {R"([])", R"({"platforms": null})", R"([{"id": "arduino:avr"}])"}) {
    install_arduino_cli(cores);
    EXPECT_THAT(deploy(board.port()), HasSubstr("arduino-cli core install arduino:mbed_nano")) << cores;
    EXPECT_EQ(kind_, ErrorKind::not_found);
  }
  install_arduino_cli("no json");
  EXPECT_THAT(deploy(board.port()), HasSubstr("no JSON"));
  board.stop();
  EXPECT_FALSE(board.was_touched());
  EXPECT_THAT(logged(), testing::Not(HasSubstr("compile")));
}

TEST_F(DeployToArduino, KnowsTheListsOfOlderTools) {
  BoardSimulator board(folder_.path(), true);
  for (const char* cores : {R"([{"id": "arduino:mbed_nano"}])", R"([{"ID": "arduino:mbed_nano"}])"}) {
    install_arduino_cli(cores);
    EXPECT_NO_THROW(check_arduino_deploy(nano, board.port())) << cores;
  }
}

TEST_F(DeployToArduino, SaysWhichGroupMayUseThePort) {
  if (::geteuid() != 0) GTEST_SKIP() << "skipped: needs root to take rights away";
  install_arduino_cli(installed);
  write_text(log(), "");
  fs::permissions(log(), fs::perms(0666));
  BoardSimulator board(folder_.path(), false);
  ASSERT_EQ(::chmod(board.port().c_str(), 0600), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  const std::string message = deploy(board.port());
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_THAT(message, AllOf(HasSubstr("no permission"), HasSubstr("usermod -a -G"), HasSubstr("ttyACM0")));
  EXPECT_EQ(kind_, ErrorKind::io);
  board.stop();
  EXPECT_FALSE(board.was_touched());
}

TEST_F(DeployToArduino, TouchesNothingWhenTheSketchDoesNotCompile) {
  install_arduino_cli(installed, "echo 'a.ino:3:1: error: nope was not declared' >&2; exit 1");
  BoardSimulator board(folder_.path(), false);
  EXPECT_THAT(deploy(board.port()), AllOf(HasSubstr("does not compile"), HasSubstr("nope was not declared")));
  install_arduino_cli(installed,
                      "echo 'a.ino:1:10: fatal error: Arduino_X.h: No such file or directory' >&2; exit 1");
  EXPECT_THAT(deploy(board.port()), HasSubstr("run: arduino-cli lib install Arduino_X"));
  EXPECT_EQ(kind_, ErrorKind::not_found);
  fs::remove(sketch() / "my sketch.ino");
  EXPECT_THAT(deploy(board.port()), HasSubstr("has no my sketch.ino"));
  board.stop();
  EXPECT_FALSE(board.was_touched());
}

TEST_F(DeployToArduino, RefusesWhatItCannotFlash) {
  install_arduino_cli(installed);
  BoardSimulator board(folder_.path(), false);
  EXPECT_THAT(deploy(board.port(), "raspberry_pi_pico"), HasSubstr("raspberry_pi_pico"));
  EXPECT_EQ(kind_, ErrorKind::unsupported);
  EXPECT_THAT(deploy(sketch() / "my sketch.ino"), HasSubstr("is not a serial port"));
}

}  // namespace
}  // namespace tinyml::deploy
