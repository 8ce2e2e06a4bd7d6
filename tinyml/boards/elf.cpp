// SPDX-License-Identifier: Apache-2.0
#include "tinyml/boards/elf.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "tinyml/base/error.h"

namespace tinyml::boards {
namespace {

constexpr uint32_t kSymbolTable = 2, kNoBits = 8;
constexpr uint32_t kWrite = 1, kAllocate = 2, kExecute = 4;
constexpr uint32_t kHeaderBytes = 52, kSectionBytes = 40, kSymbolBytes = 16;

/// Bounds-checked little-endian reads.
class Image {
 public:
  Image(std::span<const uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorKind::bad_file, fmt::format("{}: not a readable ELF: {}", name_, what));
  }
  std::span<const uint8_t> part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) fail("it ends too early");
    return bytes_.subspan(offset, size);
  }
  uint32_t u32(uint64_t offset) const {
    const auto b = part(offset, 4);
    return b[0] | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
  }
  uint16_t u16(uint64_t offset) const {
    const auto b = part(offset, 2);
    return static_cast<uint16_t>(b[0] | b[1] << 8);
  }
  /// A zero-terminated string inside a table.
  std::string text(std::span<const uint8_t> table, uint32_t offset) const {
    if (offset >= table.size()) fail("a name lies outside its table");
    const auto rest = table.subspan(offset);
    const auto end = std::find(rest.begin(), rest.end(), 0);
    if (end == rest.end()) fail("a name has no end");
    return std::string(rest.begin(), end);
  }

 private:
  std::span<const uint8_t> bytes_;
  const std::string& name_;
};

struct RawSection {
  uint32_t name, type, flags, address, offset, size, link, entry_size;
};

SymbolKind kind_of(uint8_t info) {
  constexpr std::array kinds{SymbolKind::none, SymbolKind::object, SymbolKind::function};
  return (info & 15) < kinds.size() ? kinds[info & 15] : SymbolKind::other;
}

}  // namespace

Elf parse_elf(std::span<const uint8_t> bytes, const std::string& name) {
  const Image image(bytes, name);
  const auto identity = image.part(0, kHeaderBytes);
  constexpr std::array<uint8_t, 6> magic{0x7F, 'E', 'L', 'F', 1, 1};
  if (!std::equal(magic.begin(), magic.end(), identity.begin())) image.fail("it is not 32-bit little-endian");
  Elf elf;
  elf.machine = image.u16(18);
  const uint32_t thumb_bit = elf.machine == kElfArm ? 1 : 0;
  elf.entry = image.u32(24) & ~thumb_bit;
  const uint64_t table = image.u32(32);
  const uint32_t count = image.u16(48), names = image.u16(50);
  if (image.u16(46) != kSectionBytes || count == 0) image.fail("it has no section table");
  if (names >= count) image.fail("it has no section names");

  std::vector<RawSection> raw;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t at = table + uint64_t{i} * kSectionBytes;
    raw.push_back({image.u32(at), image.u32(at + 4), image.u32(at + 8), image.u32(at + 12),
                   image.u32(at + 16), image.u32(at + 20), image.u32(at + 24), image.u32(at + 36)});
  }
  const auto section_names = image.part(raw[names].offset, raw[names].size);
  for (const RawSection& section : raw) {
    elf.sections.push_back({image.text(section_names, section.name), section.address, section.size,
                            (section.flags & kAllocate) != 0, (section.flags & kWrite) != 0,
                            (section.flags & kExecute) != 0, section.type != kNoBits});
  }
  for (const RawSection& section : raw) {
    if (section.type != kSymbolTable) continue;
    if (section.entry_size != kSymbolBytes || section.link >= count)
      image.fail("its symbol table is damaged");
    const auto strings = image.part(raw[section.link].offset, raw[section.link].size);
    image.part(section.offset, section.size);
    for (uint64_t at = section.offset; at + kSymbolBytes <= uint64_t{section.offset} + section.size;
         at += kSymbolBytes) {
      const uint16_t index = image.u16(at + 14);
      const SymbolKind kind = kind_of(image.part(at + 12, 1)[0]);
      const uint32_t address = image.u32(at + 4);
      elf.symbols.push_back({image.text(strings, image.u32(at)),
                             kind == SymbolKind::function ? address & ~thumb_bit : address, image.u32(at + 8),
                             kind, index > 0 && index < count ? index : -1});
    }
  }
  return elf;
}

}  // namespace tinyml::boards
