// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tinyml {

struct ProcessResult {
  int exit_code = 0;  // 128 + signal when killed
  int signal = 0;     // that killed it; 0 where it ended by itself
  std::string output, error;

  /// "ended with exit code 3", "was killed by signal 9 (Killed)"
  std::string ending() const;
};

/// Runs a program with an argument vector; never through a shell. The program is searched on PATH. Its
/// standard input is empty. Errors: not_found (program), io; interrupted, also where Ctrl-C killed the
/// program alone; a timeout kills it and is io.
ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_seconds = 600,
                          const std::filesystem::path& working_folder = {});

struct ProcessLimits {
  int64_t memory_bytes = int64_t{1} << 30;  // of address space
  int64_t file_bytes = 0;                   // of each file that it writes
  int64_t output_bytes = int64_t{1} << 26;  // more than that is io
  int cpu_seconds = 60;
  double timeout_seconds = 120;
};

/// Runs a program that reads hostile bytes: they are its standard input, a file in memory; no limit can be
/// raised, no core is dumped, and of this program's environment only the library path is left to it. What it
/// does to itself shows in the result alone. Errors: as run_process.
ProcessResult run_confined(const std::filesystem::path& program, std::span<const uint8_t> input,
                           const ProcessLimits& limits);

/// The program's full path, if it is on PATH.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace tinyml
