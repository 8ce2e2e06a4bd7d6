// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tinyml::emulate {

struct SectionBytes {
  std::string name;
  int64_t bytes = 0;
};

struct LayerBytes {
  std::string name;  // "layer_03_conv_2d"
  int64_t code_bytes = 0;
  int64_t table_bytes = 0;
};

/// What a firmware of build_firmware takes on the chip, its harness left out.
///   flash_bytes = code + tables + initial values of data
///   static_ram_bytes = data + bss, the arena among them; the stack comes on top (RunResult::stack_bytes)
struct MemoryReport {
  int64_t flash_bytes = 0;
  int64_t static_ram_bytes = 0;
  int64_t code_bytes = 0;   // .text, C library functions that the model calls included
  int64_t table_bytes = 0;  // .rodata
  int64_t data_bytes = 0;
  int64_t bss_bytes = 0;
  int64_t harness_bytes = 0;           // flash of the harness, in none of the above
  std::vector<SectionBytes> sections;  // .text, .rodata, .data, .bss
  std::vector<LayerBytes> layers;      // by number; code shared between layers is in none
};

/// Errors: bad_file for what is not such an ELF.
MemoryReport report_memory(const std::filesystem::path& elf);

}  // namespace tinyml::emulate
