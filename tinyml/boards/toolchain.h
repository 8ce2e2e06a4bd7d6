// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/base/target.h"

namespace tinyml::boards {

/// A compiler that is installed here.
struct Toolchain {
  std::filesystem::path
      compiler;         // arm-none-eabi-g++, xtensa-lx106-elf-g++, the host's c++; also assembles and links
  std::string version;  // first line of --version
};

/// Whether a compiler is set up for `core`, installed or not.
bool has_toolchain(Core core);

/// The compiler for `core`. No package compiles for the ESP32's LX6: its code is that of the lx106, a smaller
/// core of the family, CALL0 convention and soft float, and so slower than what the vendor's compiler makes.
/// Errors: not_found naming the packages to install; unsupported for a core that this version has no compiler
/// for.
Toolchain find_toolchain(Core core);

/// The flags that choose the instruction set and calling convention of `core`.
std::vector<std::string> machine_flags(Core core);

/// What to build. Sources are C++14 (or .S), freestanding but for the C and mathematics library, on a chip
/// newlib's nano or, on Xtensa, picolibc (whose libgcc lacks arithmetic that the sources must bring); there
/// is no C++ library, no exception and no RTTI.
struct CompileRequest {
  Core core = Core::cortex_m4;
  std::vector<std::filesystem::path> sources = {};
  std::vector<std::filesystem::path> include_folders = {};
  std::vector<std::string> flags = {"-O2"};  // after the fixed ones, so that they win
  std::string linker_script = {};            // its text; the host needs none
  std::filesystem::path output = {};         // the ELF
};

/// Compiles each source, links, and moves the ELF to `output`. The object of `foo.cpp` is named `foo.o`,
/// which linker scripts may match; names must differ. The same sources give the same bytes. Errors: as
/// find_toolchain; bad_file with the compiler's first message; io when it was killed; interrupted.
void compile(const CompileRequest& request);

}  // namespace tinyml::boards
