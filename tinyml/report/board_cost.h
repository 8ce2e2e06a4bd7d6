// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tinyml::report {

/// A row of the per-layer cost on the board.
struct LayerCost {
  std::string name, op;
  int64_t macs = 0, instructions = 0, cycles = 0, flash_bytes = 0;
};

struct BoardCost {
  std::string board;
  std::string source;                                        // "measured", or why there is none
  std::vector<std::pair<std::string, std::string>> figures;  // "RAM" -> "31.2 KB"
  std::vector<LayerCost> layers;
};

/// The section of a page: cycles as bars and a table of the layers, or why they were not measured.
std::string to_html(const BoardCost& cost);

}  // namespace tinyml::report
