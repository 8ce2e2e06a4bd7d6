// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/folder_draft.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "tinyml/base/error.h"

namespace tinyml {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& target, int code) {
  throw Error(ErrorKind::io, fmt::format("cannot write folder {}: {}", target.string(), std::strerror(code)));
}

// File systems without an exchange (some network mounts) get two renames, undone when the second fails.
void exchange(const fs::path& draft, const fs::path& target) {
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) fail(target, errno);
  const fs::path old = draft.string() + ".old";
  std::error_code error;
  fs::rename(target, old, error);
  if (error) fail(target, error.value());
  fs::rename(draft, target, error);
  std::error_code ignored;
  if (error) {
    fs::rename(old, target, ignored);
    fail(target, error.value());
  }
  fs::remove_all(old, ignored);
}

}  // namespace

FolderDraft::FolderDraft(const fs::path& target) : target_(target) {
  std::error_code error;
  if (!target_.has_filename()) target_ = target_.parent_path();
  if (target_.has_parent_path()) fs::create_directories(target_.parent_path(), error);
  if (error) fail(target_, error.value());
  std::string name =
      (target_.parent_path() / fmt::format(".{}.XXXXXX", target_.filename().string())).string();
  if (::mkdtemp(name.data()) == nullptr) fail(target_, errno);
  path_ = name;
}

FolderDraft::~FolderDraft() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void FolderDraft::publish() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::chmod(path_.c_str(), 0777 & ~mask) != 0) fail(target_, errno);
  std::error_code ignored;
  if (fs::exists(target_, ignored)) {
    exchange(path_, target_);
  } else if (::rename(path_.c_str(), target_.c_str()) != 0) {
    fail(target_, errno);
  }
}

}  // namespace tinyml
