// SPDX-License-Identifier: Apache-2.0
#include "tinyml/boards/elf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/random.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/boards/toolchain.h"

namespace tinyml::boards {
namespace {

using ::testing::HasSubstr;

Bytes small_program() {
  const TemporaryFolder folder;
  write_text(folder.path() / "main.cpp",
             "extern \"C\" { extern const int table[5] = {1}; int zeros[7]; int start() { return "
             "table[zeros[0]]; } }");
  compile({.sources = {folder.path() / "main.cpp"},
           .linker_script =
               "ENTRY(start) SECTIONS { .text 0x100 : { *(.text*) } .rodata : { KEEP(*(.rodata*)) } "
               ".bss 0x20000000 (NOLOAD) : { *(.bss*) } /DISCARD/ : { *(.ARM.ex*) } }",
           .output = folder.path() / "a.elf"});
  return read_bytes(folder.path() / "a.elf");
}

TEST(Elf, ListsSectionsAndSymbols) {
  if (!find_program("arm-none-eabi-g++")) GTEST_SKIP() << "skipped: arm-none-eabi-g++ is not installed";
  const Elf elf = parse_elf(small_program(), "a.elf");
  EXPECT_EQ(elf.entry, 0x100u);
  const auto symbol = [&](const char* name) -> ElfSymbol {
    const auto at = std::find_if(elf.symbols.begin(), elf.symbols.end(),
                                 [&](const ElfSymbol& candidate) { return candidate.name == name; });
    return at == elf.symbols.end() ? ElfSymbol{} : *at;
  };
  EXPECT_EQ(symbol("start").address, 0x100u);
  EXPECT_EQ(symbol("start").kind, SymbolKind::function);
  EXPECT_EQ(symbol("table").size_bytes, 20u);
  EXPECT_EQ(symbol("zeros").size_bytes, 28u);
  ASSERT_GE(symbol("zeros").section, 0);
  const ElfSection& bss = elf.sections[static_cast<size_t>(symbol("zeros").section)];
  EXPECT_EQ(bss.name, ".bss");
  EXPECT_TRUE(bss.allocated && bss.writable && !bss.has_content);
  EXPECT_EQ(bss.address, 0x20000000u);
}

TEST(Elf, RefusesDamagedFiles) {
  EXPECT_THROW(parse_elf({}, "empty"), Error);
  if (!find_program("arm-none-eabi-g++")) GTEST_SKIP() << "skipped: arm-none-eabi-g++ is not installed";
  const Bytes good = small_program();
  for (size_t length = 0; length < good.size(); length += 7) {
    EXPECT_THROW(parse_elf(std::span(good).first(length), "cut"), Error) << length;
  }
  Random random(1);
  for (int trial = 0; trial < 3000; ++trial) {
    Bytes bad = good;
    for (int i = 0; i < 8; ++i) bad[random.below(bad.size())] = static_cast<uint8_t>(random.next());
    try {
      parse_elf(bad, "bad");
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("bad: not a readable ELF: "));
    }
  }
}

TEST(Toolchain, SaysWhatToInstall) {
  if (find_program("arm-none-eabi-g++")) {
    EXPECT_THAT(find_toolchain(Core::cortex_m4).version, HasSubstr("arm-none-eabi-g++"));
  } else {
    EXPECT_THROW(find_toolchain(Core::cortex_m4), Error);
  }
  EXPECT_THROW(find_toolchain(Core::rv32imc), Error);
  if (find_program("c++")) EXPECT_NE(find_toolchain(Core::host).version, "");
}

}  // namespace
}  // namespace tinyml::boards
