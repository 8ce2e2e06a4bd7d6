// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/folder_swap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml::firmware {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, int code) {
  throw Error(ErrorKind::io, fmt::format("cannot write {}: {}", path.string(), std::strerror(code)));
}

class Sibling {
 public:
  explicit Sibling(const fs::path& target) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    std::string name =
        fmt::format("{}/.{}.XXXXXX", target.parent_path().string(), target.filename().string());
    if (error || ::mkdtemp(name.data()) == nullptr) fail(target, error ? error.value() : errno);
    path_ = name;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::chmod(path_.c_str(), 0777 & ~mask) != 0) fail(target, errno);
  }
  ~Sibling() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Sibling(const Sibling&) = delete;
  Sibling& operator=(const Sibling&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

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

void replace_folder(const fs::path& target, const std::vector<codegen::SourceFile>& files) {
  const fs::path absolute = fs::absolute(target);
  const Sibling draft(absolute);
  for (const codegen::SourceFile& file : files) {
    with_context(target.string(), [&] { write_text(draft.path() / file.name, file.text); });
  }
  if (fs::exists(absolute)) {
    exchange(draft.path(), absolute);
  } else if (::rename(draft.path().c_str(), absolute.c_str()) != 0) {
    fail(target, errno);
  }
}

}  // namespace tinyml::firmware
