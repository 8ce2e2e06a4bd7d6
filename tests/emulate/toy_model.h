// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/emulate/firmware_build.h"

namespace tinyml::emulate {

/// The program that emulating one of `cores` needs and that is not installed; empty when all are.
inline std::string missing_tool(const std::vector<Core>& cores) {
  for (const Core core : cores) {
    const bool xtensa = core == Core::xtensa_lx6;
    for (const char* program : {xtensa ? "xtensa-lx106-elf-g++" : "arm-none-eabi-g++",
                                xtensa ? "qemu-system-xtensa" : "qemu-system-arm"}) {
      if (!find_program(program)) return program;
    }
  }
  return {};
}

#define SKIP_WITHOUT_TOOLS(...)                                     \
  if (const auto tool = missing_tool({__VA_ARGS__}); !tool.empty()) \
  GTEST_SKIP() << "skipped: " << tool << " is not installed"

/// A hand-written stand-in for generated code: functions whose instructions are known to the last one.
class ToyModel {
 public:
  ToyModel(const std::string& header, const std::string& source, bool streaming = false)
      : streaming_(streaming) {
    write_text(folder_.path() / "toy.h", "#pragma once\n#include <stdint.h>\nnamespace toy {\n" + header +
                                             "\nconst int8_t* invoke(const int8_t* input);\n}\n");
    write_text(folder_.path() / "toy.cpp",
               "#include \"toy.h\"\n#include <string.h>\nnamespace toy {\n" + source + "\n}\n");
  }

  std::filesystem::path build(Core core) const {
    const auto elf = folder_.path() / (std::string(name_of(core)) + ".elf");
    build_firmware({.name = "toy",
                    .streaming = streaming_,
                    .sources = {folder_.path() / "toy.cpp"},
                    .include_folders = {folder_.path()},
                    .core = core},
                   elf);
    return elf;
  }

 private:
  TemporaryFolder folder_;
  bool streaming_;
};

}  // namespace tinyml::emulate
