// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/subprocess.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

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

// A script is not what run_confined is for, but it shows what is left to a program.
struct Script {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "script";
  explicit Script(const std::string& text) {
    write_text(path, "#!/bin/sh\n" + text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  ProcessResult run(const ProcessLimits& limits = {}) const {
    const std::string input = "hostile";
    return run_confined(path, {reinterpret_cast<const uint8_t*>(input.data()), input.size()}, limits);
  }
};

TEST(RunConfined, GivesTheBytesAndTakesTheEnvironment) {
  ::setenv("TINYML_SECRET", "1", 1);
  const ProcessResult done = Script("cat; echo; echo \"${TINYML_SECRET-none}\"; ulimit -t; ulimit -c").run();
  ::unsetenv("TINYML_SECRET");
  EXPECT_EQ(done.exit_code, 0) << done.error;
  EXPECT_EQ(done.output, "hostile\nnone\n60\n0\n");
}

TEST(RunConfined, EndsWhatTakesTooMuch) {
  const ProcessResult writing = Script("echo much >\"$0.out\"").run();
  EXPECT_NE(writing.exit_code, 0);
  ProcessLimits limits;
  limits.cpu_seconds = 1;
  const ProcessResult spinning = Script("while :; do :; done").run(limits);
  EXPECT_EQ(spinning.signal, SIGXCPU);
  EXPECT_EQ(spinning.ending(), "took more processor time than it may");
  limits.output_bytes = 1000;
  EXPECT_THROW(Script("while :; do echo more; done").run(limits), Error);
  limits.timeout_seconds = 0.2;
  EXPECT_THROW(Script("exec sleep 20").run(limits), Error);
}

}  // namespace
}  // namespace tinyml
