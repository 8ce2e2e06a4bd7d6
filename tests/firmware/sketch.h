// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "tinyml/base/subprocess.h"
#include "tinyml/firmware/arduino.h"

namespace tinyml::firmware {

/// The tool that building and running a sketch lacks; empty where all are there.
inline std::string missing_sketch_tool() {
  for (const char* tool :
       {"g++", "arduino-builder", "arduino-ctags", "arm-none-eabi-gcc", "qemu-system-arm"}) {
    if (!find_program(tool)) return tool;
  }
  return "";
}

/// Builds an example of an exported library in `folder` with arduino-builder on tests/firmware/hardware;
/// every warning is an error. Returns the ELF.
inline std::filesystem::path build_sketch(const ArduinoExport& made, const std::string& sketch,
                                          const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "build");
  std::filesystem::create_directories(folder / "libraries");
  std::filesystem::create_directory_symlink(made.folder, folder / "libraries" / made.folder.filename());
  const ProcessResult build =
      run_process({"arduino-builder", "-compile", "-hardware",
                   std::filesystem::path(TINYML_SOURCE_DIR) / "tests/firmware/hardware", "-hardware",
                   "/usr/share/arduino-builder", "-tools", "/usr/bin", "-libraries", folder / "libraries",
                   "-fqbn", "tinyml_test:arm:m4", "-build-path", folder / "build", "-warnings", "all",
                   "-core-api-version", "10819", made.folder / "examples" / sketch / (sketch + ".ino")});
  EXPECT_EQ(build.exit_code, 0) << build.output << build.error;
  EXPECT_THAT(build.error, testing::Not(testing::HasSubstr("warning")));
  return folder / "build" / (sketch + ".ino.elf");
}

/// What the sketch prints until its loop has run often enough.
inline std::string run_in_qemu(const std::filesystem::path& elf) {
  const ProcessResult run = run_process(
      {"qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none",
       "-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel", elf},
      60);
  EXPECT_EQ(run.exit_code, 0) << run.output << run.error;
  return run.output + run.error;
}

}  // namespace tinyml::firmware
