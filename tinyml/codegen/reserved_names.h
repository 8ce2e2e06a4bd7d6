// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tinyml::codegen {

/// Whether a namespace `name` or a file "name.h" would meet a C++ keyword, a header or a function of the C
/// library or of Arduino, or a macro of common compilers. `name` is in lower case.
bool is_reserved(std::string_view name);

}  // namespace tinyml::codegen
