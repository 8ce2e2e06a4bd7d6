// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinyml::report {

/// The text with &, <, > and quotes as entities.
std::string escape(std::string_view text);

/// A whole page that needs no network, light or dark as the reader prefers. `body` is markup.
std::string html_page(const std::string& title, const std::string& body);

/// A large figure and what it is of: ("97.2 %", "accuracy").
using Tile = std::pair<std::string, std::string>;
std::string tiles(const std::vector<Tile>& figures);

/// A card of names and values.
std::string facts(const std::vector<std::pair<std::string, std::string>>& named);

/// Counts [row][column] as an SVG grid, shaded by the share of the row.
std::string confusion_chart(const std::vector<std::string>& labels,
                            const std::vector<std::vector<int64_t>>& counts);

/// int8 values [frames][bands] as an SVG picture, time to the right, low bands at the bottom.
std::string heat_map(const std::vector<int8_t>& values, int frames, int bands);

/// A PNG file as a picture of the page, some times as large as it is, with a caption.
std::string picture(std::span<const uint8_t> png, const std::string& caption);

/// Horizontal bars, one a row, scaled to the largest.
struct Bar {
  std::string label, text;
  double value = 0;
};
std::string bar_chart(const std::vector<Bar>& bars);

/// "1,234,567"
std::string grouped(int64_t number);
/// "97.2 %" of 0.972.
std::string percent(double share);

}  // namespace tinyml::report
