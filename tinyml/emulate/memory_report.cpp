// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/memory_report.h"

#include <map>

#include "tinyml/base/file.h"
#include "tinyml/boards/elf.h"
#include "tinyml/emulate/layer_name.h"

namespace tinyml::emulate {

MemoryReport report_memory(const std::filesystem::path& elf_path) {
  const boards::Elf elf = boards::parse_elf(read_bytes(elf_path), elf_path.filename().string());
  MemoryReport report;
  for (const boards::ElfSection& section : elf.sections) {
    if (!section.allocated) continue;
    if (section.name.starts_with(".harness")) {
      if (section.has_content) report.harness_bytes += section.size_bytes;
      continue;
    }
    int64_t& kind = section.executable    ? report.code_bytes
                    : !section.writable   ? report.table_bytes
                    : section.has_content ? report.data_bytes
                                          : report.bss_bytes;
    kind += section.size_bytes;
    report.sections.push_back({section.name, section.size_bytes});
  }
  report.flash_bytes = report.code_bytes + report.table_bytes + report.data_bytes;
  report.static_ram_bytes = report.data_bytes + report.bss_bytes;

  std::map<int, LayerBytes> layers;
  for (const boards::ElfSymbol& symbol : elf.symbols) {
    if (symbol.section < 0) continue;
    const boards::ElfSection& section = elf.sections[static_cast<size_t>(symbol.section)];
    if (!section.allocated || section.writable) continue;
    const auto layer = layer_of_symbol(symbol.name);
    if (!layer) continue;
    LayerBytes& bytes = layers[layer->number];
    if (symbol.kind == boards::SymbolKind::function) {
      bytes.code_bytes += symbol.size_bytes;
      bytes.name = layer->name;
    } else if (symbol.kind == boards::SymbolKind::object) {
      bytes.table_bytes += symbol.size_bytes;
      if (bytes.name.empty()) bytes.name = layer->name;
    }
  }
  for (auto& [number, bytes] : layers) report.layers.push_back(std::move(bytes));
  return report;
}

}  // namespace tinyml::emulate
