// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tinyml/base/error.h"

namespace tinyml {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, const char* action) {
  const int code = errno;
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
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) fail(path, "open");
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::bad_file, fmt::format("{} is a folder, not a file", path.string()));
  }
  Container content;
  size_t size = 0;
  for (;;) {
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

}  // namespace

Bytes read_bytes(const fs::path& path) { return read_whole<Bytes>(path); }
std::string read_text(const fs::path& path) { return read_whole<std::string>(path); }

void write_bytes(const fs::path& path, std::span<const uint8_t> bytes) {
  std::error_code ignored;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  std::string temporary = path.string() + ".XXXXXX";
  Descriptor file{::mkstemp(temporary.data())};
  if (file.fd < 0) fail(path, "write");
  const auto give_up = [&] {
    const int code = errno;
    ::unlink(temporary.c_str());
    errno = code;
    fail(path, "write");
  };
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t put = ::write(file.fd, bytes.data() + done, bytes.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) give_up();
    done += static_cast<size_t>(put);
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file.fd, 0666 & ~mask) != 0 || ::fsync(file.fd) != 0) give_up();
  if (::rename(temporary.c_str(), path.c_str()) != 0) give_up();
}

void write_text(const fs::path& path, std::string_view text) {
  write_bytes(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "tinyml-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail(name, "create");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace tinyml
