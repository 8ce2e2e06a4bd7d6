// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/subprocess.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {

TEST(RunProcess, TellsHowTheProgramEnded) {
  const ProcessResult done = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(done.output, "out\n");
  EXPECT_EQ(done.error, "err\n");
  EXPECT_EQ(done.exit_code, 3);
  EXPECT_EQ(done.signal, 0);
  EXPECT_EQ(done.ending(), "ended with exit code 3");

  const ProcessResult killed = run_process({"sh", "-c", "kill -9 $$"});
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_NE(killed.exit_code, 0);
  EXPECT_EQ(killed.ending(), "was killed by signal 9 (Killed)");
}

TEST(RunProcess, IsInterruptedWhereCtrlCKillsTheProgram) {
  // A shell that starts the tests in the background leaves SIGINT ignored.
  const auto before = std::signal(SIGINT, SIG_DFL);
  try {
    run_process({"sh", "-c", "kill -INT $$"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  std::signal(SIGINT, before);
}

TEST(RunProcess, NamesAProgramThatIsMissing) {
  try {
    run_process({"no-such-program"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_NE(std::string(error.what()).find("no-such-program"), std::string::npos);
  }
}

}  // namespace
}  // namespace tinyml
