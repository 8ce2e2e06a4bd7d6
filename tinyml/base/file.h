// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tinyml {

using Bytes = std::vector<uint8_t>;

/// The whole file. Errors: not_found, io; the message names the path.
Bytes read_bytes(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

/// Writes under a temporary name beside `path`, syncs and renames: an interrupted or failed write leaves
/// an earlier file whole. Creates missing parent folders. Errors: io (permission, disk full).
void write_bytes(const std::filesystem::path& path, std::span<const uint8_t> bytes);
void write_text(const std::filesystem::path& path, std::string_view text);

struct NewFile {
  std::filesystem::path path;
  Bytes content;
};
/// All or none: every file is whole on the disk before the first earlier one is replaced.
void write_files(const std::vector<NewFile>& files);

/// A fresh folder under the system's temporary folder, removed with all its content at the end of scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tinyml
