// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/companion.h"

#include <dlfcn.h>

#include <cstdlib>
#include <system_error>
#include <vector>

#include "tinyml/base/error.h"

namespace tinyml {
namespace fs = std::filesystem;
namespace {

/// Where the dynamic linker looks for the libraries of `module`, or of the program where it is one.
std::vector<fs::path> library_folders(const char* module) {
  void* handle = dlopen(module, RTLD_LAZY | RTLD_NOLOAD);
  if (!handle) handle = dlopen(nullptr, RTLD_LAZY);
  if (!handle) return {};
  std::vector<fs::path> folders;
  Dl_serinfo head{};
  if (dlinfo(handle, RTLD_DI_SERINFOSIZE, &head) == 0) {
    std::vector<Dl_serinfo> buffer(head.dls_size / sizeof(Dl_serinfo) + 1);
    buffer[0] = head;
    if (dlinfo(handle, RTLD_DI_SERINFO, buffer.data()) == 0) {
      const Dl_serpath* const paths = buffer[0].dls_serpath;
      for (unsigned i = 0; i < buffer[0].dls_cnt; ++i) folders.emplace_back(paths[i].dls_name);
    }
  }
  dlclose(handle);
  return folders;
}

}  // namespace

fs::path find_companion(const Companion& companion) {
  std::error_code ignored;
  if (const char* chosen = std::getenv(companion.environment.c_str())) {
    if (fs::is_regular_file(chosen, ignored)) return fs::absolute(chosen);
    throw Error(ErrorKind::not_found, companion.environment + " names no file: " + chosen);
  }
  const std::string& file = companion.file;
  std::vector<fs::path> candidates;
  Dl_info self{};
  if (::dladdr(reinterpret_cast<const void*>(&find_companion), &self) != 0 && self.dli_fname) {
    const fs::path folder = fs::canonical(self.dli_fname, ignored).parent_path();
    if (!folder.empty()) {
      candidates = {folder / file, folder / ".." / "lib" / file, folder / ".." / "lib64" / file};
    }
    for (const fs::path& libraries : library_folders(self.dli_fname)) candidates.push_back(libraries / file);
  }
  candidates.insert(candidates.end(), {companion.installed, companion.built});
  for (const fs::path& candidate : candidates) {
    if (fs::is_regular_file(candidate, ignored)) return fs::canonical(candidate);
  }
  return {};
}

}  // namespace tinyml
