// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/subprocess.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>

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
  if (signal == SIGXCPU) return "took more processor time than it may";
  return fmt::format("was killed by signal {} ({})", signal, ::strsignal(signal));
}

namespace {

[[noreturn]] void cannot_run(const std::string& name) {
  throw Error(ErrorKind::io, fmt::format("cannot run {}: {}", name, std::strerror(errno)));
}

/// A descriptor that closes itself.
struct Descriptor {
  int number = -1;
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (number >= 0) ::close(number);
    number = -1;
  }
};

struct Pipe {
  Descriptor read, write;
  explicit Pipe(const std::string& name) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot_run(name);
    read.number = ends[0];
    write.number = ends[1];
  }
};

/// Starts a program and collects what it says. `become` runs in the child, with its standard output and error
/// in place, and ends in an exec; only what is safe after a fork may be done there.
template <class Become>
ProcessResult run_child(const std::string& name, double timeout_seconds, int64_t most_output,
                        const Become& become) {
  Pipe out(name), err(name);
  const pid_t child = ::fork();
  if (child < 0) cannot_run(name);
  if (child == 0) {
    ::dup2(out.write.number, 1);
    ::dup2(err.write.number, 2);
    become();
    ::_exit(127);
  }
  out.write.close();
  err.write.close();

  ProcessResult result;
  Descriptor* ends[2] = {&out.read, &err.read};
  std::string* texts[2] = {&result.output, &result.error};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_seconds);
  bool timed_out = false, stopped = false, overflown = false;
  for (int open = 2; open > 0 && !timed_out && !stopped && !overflown;) {
    pollfd polled[2] = {{ends[0]->number, POLLIN, 0}, {ends[1]->number, POLLIN, 0}};
    if (::poll(polled, 2, 100) < 0 && errno != EINTR) break;
    for (int i = 0; i < 2; ++i) {
      if (polled[i].fd < 0 || !(polled[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      char buffer[65536];
      const ssize_t got = ::read(polled[i].fd, buffer, sizeof buffer);
      if (got > 0) {
        texts[i]->append(buffer, static_cast<size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        ends[i]->close();
        --open;
      }
    }
    timed_out = std::chrono::steady_clock::now() > deadline;
    overflown = static_cast<int64_t>(result.output.size() + result.error.size()) > most_output;
    stopped = interrupt_requested();
  }
  for (Descriptor* end : ends) end->close();
  if (timed_out || stopped || overflown) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  check_interrupt();
  if (timed_out) {
    throw Error(ErrorKind::io, fmt::format("{} did not finish within {} s", name, timeout_seconds));
  }
  if (overflown) throw Error(ErrorKind::io, fmt::format("{} says more than {} bytes", name, most_output));
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (result.signal == SIGINT) throw_interrupted();
  result.exit_code = result.signal ? 128 + result.signal : WEXITSTATUS(status);
  return result;
}

void limit(int resource, int64_t soft, int64_t hard) {
  const rlimit both{static_cast<rlim_t>(soft), static_cast<rlim_t>(hard)};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) ::_exit(126);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_seconds,
                          const fs::path& working_folder) {
  TINYML_CHECK(!arguments.empty());
  const std::optional<fs::path> program = find_program(arguments[0]);
  if (!program) throw Error(ErrorKind::not_found, fmt::format("{} is not installed", arguments[0]));

  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return run_child(arguments[0], timeout_seconds, std::numeric_limits<int64_t>::max(), [&] {
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    if (!working_folder.empty() && ::chdir(working_folder.c_str()) != 0) ::_exit(126);
    ::execv(program->c_str(), argv.data());
  });
}

ProcessResult run_confined(const fs::path& program, std::span<const uint8_t> input,
                           const ProcessLimits& limits) {
  const std::string name = program.filename().string();
  Descriptor file;
  file.number = ::memfd_create("input", MFD_CLOEXEC);
  if (file.number < 0) cannot_run(name);
  for (size_t done = 0; done < input.size();) {
    const ssize_t wrote = ::write(file.number, input.data() + done, input.size() - done);
    if (wrote < 0 && errno != EINTR) cannot_run(name);
    if (wrote > 0) done += static_cast<size_t>(wrote);
  }
  ::lseek(file.number, 0, SEEK_SET);

  char* const argv[] = {const_cast<char*>(program.c_str()), nullptr};
  const char* libraries = std::getenv("LD_LIBRARY_PATH");
  std::string library_path = libraries ? std::string("LD_LIBRARY_PATH=") + libraries : "";
  char* const environment[] = {library_path.empty() ? nullptr : library_path.data(), nullptr};
  return run_child(name, limits.timeout_seconds, limits.output_bytes, [&] {
    ::dup2(file.number, 0);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1);  // SIGXCPU before SIGKILL
    limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes);
    limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
    ::execve(program.c_str(), argv, environment);
  });
}

}  // namespace tinyml
