// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/plugin_path.h"

#include <dlfcn.h>

#include <cstdlib>
#include <system_error>
#include <vector>

#include "tinyml/base/error.h"

namespace tinyml::emulate {
namespace fs = std::filesystem;

fs::path count_plugin_path() {
  const char* const file = "libtinyml_count.so";
  std::error_code ignored;
  if (const char* chosen = std::getenv("TINYML_COUNT_PLUGIN")) {
    if (fs::is_regular_file(chosen, ignored)) return fs::absolute(chosen);
    throw Error(ErrorKind::not_found, std::string("TINYML_COUNT_PLUGIN names no file: ") + chosen);
  }
  std::vector<fs::path> candidates;
  Dl_info self{};
  if (::dladdr(reinterpret_cast<const void*>(&count_plugin_path), &self) != 0 && self.dli_fname) {
    const fs::path folder = fs::canonical(self.dli_fname, ignored).parent_path();
    if (!folder.empty()) {
      candidates = {folder / file, folder / ".." / "lib" / file, folder / ".." / "lib64" / file};
    }
  }
  candidates.insert(candidates.end(), {TINYML_COUNT_INSTALLED, TINYML_COUNT_BUILT});
  for (const fs::path& candidate : candidates) {
    if (fs::is_regular_file(candidate, ignored)) return fs::canonical(candidate);
  }
  throw Error(ErrorKind::not_found,
              "the instruction counter libtinyml_count.so is not where it was installed: build the target "
              "tinyml_count or name the file in TINYML_COUNT_PLUGIN");
}

}  // namespace tinyml::emulate
