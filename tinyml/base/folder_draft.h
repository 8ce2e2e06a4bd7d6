// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace tinyml {

/// A folder in the making: hidden beside `target`, and gone at the end of scope unless it was published. An
/// interrupted or failed command leaves an earlier `target` whole. Makes missing parent folders.
class FolderDraft {
 public:
  /// Errors: io.
  explicit FolderDraft(const std::filesystem::path& target);
  ~FolderDraft();
  FolderDraft(const FolderDraft&) = delete;
  FolderDraft& operator=(const FolderDraft&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Becomes `target`, in one step; an earlier folder of that name goes. Errors: io.
  void publish();

 private:
  std::filesystem::path target_, path_;
};

}  // namespace tinyml
