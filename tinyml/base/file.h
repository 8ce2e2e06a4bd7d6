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

/// The whole file, of at most 2 GB. Errors, whose message names the path: not_found; io; bad_file for what is
/// larger or no regular file, such as a folder, a device or a pipe.
Bytes read_bytes(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

/// Writes under a temporary name beside `path`, syncs and renames: an interrupted or failed write leaves
/// an earlier file whole. Creates missing parent folders. Errors: io (permission, disk full).
void write_bytes(const std::filesystem::path& path, std::span<const uint8_t> bytes);
void write_text(const std::filesystem::path& path, std::string_view text);

/// Whether write_bytes could write `path`, found before the work whose result goes there; leaves everything
/// as it was. Errors: as write_bytes.
void check_writable(const std::filesystem::path& path);

struct NewFile {
  std::filesystem::path path;
  Bytes content;
};
/// All or none: every file is whole on the disk before the first earlier one is replaced.
void write_files(const std::vector<NewFile>& files);

/// A fresh folder under the system's temporary folder, removed with all its content at the end of scope.
/// Errors: io, not_found; the message names TMPDIR.
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
