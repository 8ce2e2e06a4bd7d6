// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tinyml {

/// What the code generator chooses kernels by. `host` takes the portable kernels.
enum class Core { host, cortex_m0plus, cortex_m4, cortex_m7, xtensa_lx6, rv32imc };

/// What the code generator prefers where both cannot be had.
enum class Mode { size, balanced, speed };

/// "cortex_m4" and the like. Errors: invalid_argument with the nearest names.
Core parse_core(std::string_view name);
std::string_view name_of(Core core);
Mode parse_mode(std::string_view name);
std::string_view name_of(Mode mode);

}  // namespace tinyml
