// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/subprocess.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "tinyml/base/error.h"
#include "tinyml/base/progress.h"

namespace tinyml {
namespace fs = std::filesystem;

std::optional<fs::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), X_OK) == 0 ? std::optional<fs::path>(name) : std::nullopt;
  }
  std::error_code ignored;
  const char* path = std::getenv("PATH");
  for (std::string rest = path ? path : ""; !rest.empty();) {
    const size_t colon = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ignored)) return candidate;
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return std::nullopt;
}

std::string ProcessResult::ending() const {
  if (signal == 0) return fmt::format("ended with exit code {}", exit_code);
  return fmt::format("was killed by signal {} ({})", signal, ::strsignal(signal));
}

ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_seconds,
                          const fs::path& working_folder) {
  TINYML_CHECK(!arguments.empty());
  const std::optional<fs::path> program = find_program(arguments[0]);
  if (!program) throw Error(ErrorKind::not_found, fmt::format("{} is not installed", arguments[0]));

  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    throw Error(ErrorKind::io, fmt::format("cannot run {}: {}", arguments[0], std::strerror(errno)));
  }
  const pid_t child = ::fork();
  if (child < 0)
    throw Error(ErrorKind::io, fmt::format("cannot run {}: {}", arguments[0], std::strerror(errno)));
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    if (!working_folder.empty() && ::chdir(working_folder.c_str()) != 0) ::_exit(126);
    ::execv(program->c_str(), argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);

  ProcessResult result;
  pollfd ends[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* texts[2] = {&result.output, &result.error};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_seconds);
  bool timed_out = false;
  bool stopped = false;
  for (int open = 2; open > 0 && !timed_out && !stopped;) {
    if (::poll(ends, 2, 100) < 0 && errno != EINTR) break;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || !(ends[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      char buffer[65536];
      const ssize_t got = ::read(ends[i].fd, buffer, sizeof buffer);
      if (got > 0) {
        texts[i]->append(buffer, static_cast<size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        ::close(ends[i].fd);
        ends[i].fd = -1;
        --open;
      }
    }
    timed_out = std::chrono::steady_clock::now() > deadline;
    stopped = interrupt_requested();
  }
  for (const pollfd& end : ends) {
    if (end.fd >= 0) ::close(end.fd);
  }
  if (timed_out || stopped) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  check_interrupt();
  if (timed_out) {
    throw Error(ErrorKind::io, fmt::format("{} did not finish within {} s", arguments[0], timeout_seconds));
  }
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (result.signal == SIGINT) throw_interrupted();
  result.exit_code = result.signal ? 128 + result.signal : WEXITSTATUS(status);
  return result;
}

}  // namespace tinyml
