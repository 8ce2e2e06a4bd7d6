// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/plugin_path.h"

#include "tinyml/base/companion.h"
#include "tinyml/base/error.h"

namespace tinyml::emulate {

std::filesystem::path count_plugin_path() {
  const std::filesystem::path found = find_companion(
      {"libtinyml_count.so", "TINYML_COUNT_PLUGIN", TINYML_COUNT_INSTALLED, TINYML_COUNT_BUILT});
  if (!found.empty()) return found;
  throw Error(ErrorKind::not_found,
              "the instruction counter libtinyml_count.so is not where it was installed: build the target "
              "tinyml_count or name the file in TINYML_COUNT_PLUGIN");
}

}  // namespace tinyml::emulate
