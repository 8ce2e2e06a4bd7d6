// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
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

/// The program's full path, if it is on PATH.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace tinyml
