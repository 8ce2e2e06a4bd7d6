// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stack>

#include "tinyml/base/error.h"

namespace tinyml {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, const char* action, int code = errno) {
  throw Error(code == ENOENT ? ErrorKind::not_found : ErrorKind::io,
              fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(code)));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

template <class Container>
Container read_whole(const fs::path& path) {
  constexpr size_t kMostBytes = size_t{1} << 31;
  // Opening a pipe would wait for its writer.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) fail(path, "open");
  const auto refuse = [&](const char* what) {
    throw Error(ErrorKind::bad_file, fmt::format("{} {}", path.string(), what));
  };
  if (S_ISDIR(status.st_mode)) refuse("is a folder, not a file");
  if (!S_ISREG(status.st_mode)) refuse("is a device or pipe, not a file");
  Container content;
  size_t size = 0;
  for (;;) {
    if (std::max(size, static_cast<size_t>(status.st_size)) > kMostBytes) refuse("is larger than 2 GB");
    content.resize(
        size + std::max<size_t>(
                   static_cast<size_t>(status.st_size) + 1 - std::min<size_t>(size, status.st_size), 4096));
    const ssize_t got = ::read(file.fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "read");
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  content.resize(size);
  return content;
}

/// A whole file under a temporary name beside its own; unless published it goes, with the folders made for
/// it.
class StagedFile {
 public:
  StagedFile(const fs::path& path, std::span<const uint8_t> bytes) : path_(path) {
    std::error_code error;
    if (fs::is_directory(path, error)) fail(path, "write", EISDIR);
    for (fs::path folder = path.parent_path(); !folder.empty() && !fs::exists(folder, error);) {
      made_.push_back(folder);
      folder = folder.parent_path();
    }
    error.clear();
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) {
      remove();
      fail(path_, "write", error.value());
    }
    temporary_ = path.string() + ".XXXXXX";
    const Descriptor file{::mkstemp(temporary_.data())};
    if (file.fd < 0) temporary_.clear();
    if (file.fd < 0 || !fill(file.fd, bytes)) {
      const int code = errno;
      remove();
      fail(path_, "write", code);
    }
  }
  ~StagedFile() { remove(); }
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void publish() {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "write");
    temporary_.clear();
    made_.clear();
  }

 private:
  static bool fill(int fd, std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(put));
    }
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return ::fchmod(fd, 0666 & ~mask) == 0 && ::fsync(fd) == 0;
  }

  void remove() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    for (const fs::path& folder : made_) ::rmdir(folder.c_str());
  }

  fs::path path_;
  std::string temporary_;
  std::vector<fs::path> made_;
};

}  // namespace

Bytes read_bytes(const fs::path& path) { return read_whole<Bytes>(path); }
std::string read_text(const fs::path& path) { return read_whole<std::string>(path); }

void write_bytes(const fs::path& path, std::span<const uint8_t> bytes) { StagedFile(path, bytes).publish(); }

void check_writable(const fs::path& path) { const StagedFile probe(path, {}); }

void write_files(const std::vector<NewFile>& files) {
  std::stack<StagedFile> staged;
  try {
    for (const NewFile& file : files) staged.emplace(file.path, file.content);
    for (; !staged.empty(); staged.pop()) staged.top().publish();
  } catch (...) {
    // Last first: the folders that were made belong to the first file in them.
    while (!staged.empty()) staged.pop();
    throw;
  }
}

void write_text(const fs::path& path, std::string_view text) {
  write_bytes(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TemporaryFolder::TemporaryFolder() {
  const char* variable = std::getenv("TMPDIR");
  const fs::path parent = variable && *variable ? variable : "/tmp";
  std::string name = (parent / "tinyml-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    const int code = errno;
    throw Error(code == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                fmt::format("cannot make a temporary folder in {}: {}; set TMPDIR to a folder that can be "
                            "written",
                            parent.string(), std::strerror(code)));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace tinyml
