// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace tinyml::emulate {

/// The instruction counter that QEMU loads: $TINYML_COUNT_PLUGIN, or beside the running program or extension
/// module, or in its ../lib, or on its library path (find_package(tinyml) adds the installed folder), or
/// where it was installed or built. Errors: not_found.
std::filesystem::path count_plugin_path();

}  // namespace tinyml::emulate
