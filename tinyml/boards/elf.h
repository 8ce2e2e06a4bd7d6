// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tinyml::boards {

struct ElfSection {
  std::string name;
  uint32_t address = 0;
  uint32_t size_bytes = 0;
  bool allocated = false;  // takes memory on the device
  bool writable = false;   // in RAM
  bool executable = false;
  bool has_content = false;  // in the file: false for .bss
};

constexpr uint16_t kElfArm = 40, kElfXtensa = 94;

enum class SymbolKind { none, object, function, other };

struct ElfSymbol {
  std::string name;
  uint32_t address = 0;  // without the Thumb bit
  uint32_t size_bytes = 0;
  SymbolKind kind = SymbolKind::none;
  int section = -1;  // index into sections; negative: absolute or undefined
};

/// A 32-bit little-endian ELF: its sections and symbols, each in file order.
struct Elf {
  uint16_t machine = 0;  // kElfArm, kElfXtensa, ...
  uint32_t entry = 0;
  std::vector<ElfSection> sections;
  std::vector<ElfSymbol> symbols;
};

/// The input is hostile: every offset is checked. Errors: bad_file naming `name`.
Elf parse_elf(std::span<const uint8_t> bytes, const std::string& name);

}  // namespace tinyml::boards
