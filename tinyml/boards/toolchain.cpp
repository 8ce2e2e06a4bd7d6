// SPDX-License-Identifier: Apache-2.0
#include "tinyml/boards/toolchain.h"

#include <fmt/core.h>

#include <optional>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"

namespace tinyml::boards {
namespace fs = std::filesystem;
namespace {

std::string first_error_line(const std::string& text) {
  size_t at = text.find("error:");
  if (at == std::string::npos) at = text.find("undefined reference");
  if (at == std::string::npos) at = text.find("overflowed");
  if (at == std::string::npos) at = 0;
  const size_t before = text.rfind('\n', at);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  return text.substr(start, text.find('\n', at) - start);
}

void run_compiler(const std::vector<std::string>& arguments, const fs::path& folder, std::string_view what) {
  const ProcessResult result = run_process(arguments, 600, folder);
  if (result.signal != 0) {
    throw Error(ErrorKind::io, fmt::format("{}: the compiler {}", what, result.ending()));
  }
  if (result.exit_code != 0) {
    throw Error(ErrorKind::bad_file, fmt::format("{}: {}", what, first_error_line(result.error)));
  }
}

struct CrossCompiler {
  const char* program;
  const char* packages;
};

std::optional<CrossCompiler> cross_compiler(Core core) {
  switch (core) {
    case Core::cortex_m0plus:
    case Core::cortex_m4:
    case Core::cortex_m7:
      return CrossCompiler{"arm-none-eabi-g++", "gcc-arm-none-eabi libnewlib-arm-none-eabi"};
    case Core::xtensa_lx6:
      return CrossCompiler{"xtensa-lx106-elf-g++", "gcc-xtensa-lx106 picolibc-xtensa-lx106-elf"};
    default:
      return std::nullopt;
  }
}

}  // namespace

bool has_toolchain(Core core) { return cross_compiler(core).has_value(); }

Toolchain find_toolchain(Core core) {
  const auto toolchain = [](const fs::path& compiler) -> Toolchain {
    const std::string version = run_process({compiler.string(), "--version"}, 60).output;
    return {compiler, version.substr(0, version.find('\n'))};
  };
  if (core == Core::host) {
    for (const char* name : {"c++", "g++", "clang++"}) {
      if (const auto compiler = find_program(name)) return toolchain(*compiler);
    }
    throw Error(ErrorKind::not_found, "no C++ compiler for this machine is installed: apt install g++");
  }
  const std::optional<CrossCompiler> cross = cross_compiler(core);
  if (!cross) {
    throw Error(ErrorKind::unsupported, fmt::format("no cross compiler is set up for {}", name_of(core)));
  }
  const std::optional<fs::path> compiler = find_program(cross->program);
  if (!compiler) {
    throw Error(ErrorKind::not_found,
                fmt::format("{} is not installed: apt install {}", cross->program, cross->packages));
  }
  return toolchain(*compiler);
}

std::vector<std::string> machine_flags(Core core) {
  switch (core) {
    case Core::host:
      return {"-funsigned-char"};  // as on Arm
    case Core::cortex_m0plus:
      return {"-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft"};
    case Core::cortex_m4:
      return {"-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"};
    case Core::cortex_m7:
      return {"-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"};
    case Core::xtensa_lx6:
      return {};
    default:
      throw Error(ErrorKind::unsupported, fmt::format("no cross compiler is set up for {}", name_of(core)));
  }
}

void compile(const CompileRequest& request) {
  const Toolchain toolchain = find_toolchain(request.core);
  const TemporaryFolder folder;
  std::vector<std::string> common{toolchain.compiler.string()};
  const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  append(common, machine_flags(request.core));
  append(common, {"-O2", "-ffunction-sections", "-fdata-sections", "-fno-exceptions",
                  "-fno-asynchronous-unwind-tables"});
  if (request.core != Core::host && request.core != Core::xtensa_lx6) append(common, {"--specs=nano.specs"});
  append(common, request.flags);

  std::vector<std::string> objects;
  std::set<std::string> names;
  for (const fs::path& source : request.sources) {
    const std::string object = source.stem().string() + ".o";
    if (!names.insert(object).second) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("two sources are named {}", source.stem().string()));
    }
    std::vector<std::string> arguments = common;
    if (source.extension() != ".S") {
      append(arguments, {"-std=c++14", "-nostdinc++", "-fno-rtti", "-fno-threadsafe-statics"});
    }
    for (const fs::path& include : request.include_folders) {
      append(arguments, {"-I", fs::absolute(include).string()});
    }
    append(arguments, {"-c", fs::absolute(source).string(), "-o", object});
    run_compiler(arguments, folder.path(), "compiling " + source.filename().string());
    objects.push_back(object);
  }

  std::vector<std::string> arguments = common;
  append(arguments, objects);
  if (request.core == Core::host) {
    append(arguments, {"-lm"});
  } else {
    write_text(folder.path() / "memory.ld", request.linker_script);
    append(arguments, {"-nostartfiles", "-nodefaultlibs", "-Wl,--start-group", "-lm", "-lc", "-lgcc",
                       "-Wl,--end-group", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Tmemory.ld"});
  }
  append(arguments, {"-o", "program.elf"});
  run_compiler(arguments, folder.path(), "linking " + request.output.filename().string());
  write_bytes(request.output, read_bytes(folder.path() / "program.elf"));
}

}  // namespace tinyml::boards
