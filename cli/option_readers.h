// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

namespace CLI {
class Option;
}  // namespace CLI

namespace tinyml::cli {

enum class ProjectKind { audio, sensors, anomalies, images };

/// Which projects read an option that only some of them read.
class OptionReaders {
 public:
  void add(const CLI::Option* option, std::vector<ProjectKind> readers);
  /// Errors: invalid_argument naming an option that was given and that a project of `kind` does not read.
  void refuse_others(ProjectKind kind) const;

 private:
  std::vector<std::pair<const CLI::Option*, std::vector<ProjectKind>>> options_;
};

}  // namespace tinyml::cli
