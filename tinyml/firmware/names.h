// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tinyml::firmware {

/// True for a name that the Arduino library specification allows: at most 63 letters, digits, spaces and
/// "_.-", a letter or digit first, no space last.
bool is_library_name(std::string_view name);

}  // namespace tinyml::firmware
