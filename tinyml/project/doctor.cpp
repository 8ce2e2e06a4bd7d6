// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/doctor.h"

#include "tinyml/base/subprocess.h"

namespace tinyml::project {

std::vector<Tool> find_tools() {
  std::vector<Tool> tools{
      {"arm-none-eabi-g++",
       "profile, compare, model-size-kb with the code counted",
       "apt install gcc-arm-none-eabi libnewlib-arm-none-eabi",
       {}},
      {"qemu-system-arm", "profile, compare", "apt install qemu-system-arm", {}},
      {"xtensa-lx106-elf-g++",
       "profile, compare for the ESP32",
       "apt install gcc-xtensa-lx106 picolibc-xtensa-lx106-elf",
       {}},
      {"qemu-system-xtensa", "profile, compare for the ESP32", "apt install qemu-system-misc", {}},
      {"c++", "compare", "apt install g++", {}},
      {"espeak-ng", "data synth", "apt install espeak-ng", {}},
      {"arduino-cli", "deploy", "from Arduino, with the core arduino:mbed_nano", {}},
  };
  for (Tool& tool : tools) tool.path = find_program(tool.program);
  return tools;
}

}  // namespace tinyml::project
