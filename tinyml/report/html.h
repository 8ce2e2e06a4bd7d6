// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tinyml::report {

/// The text with &, <, > and quotes as entities.
std::string escape(std::string_view text);

/// A polyline of a chart; values are plotted against their index.
struct Series {
  std::string name;
  std::vector<double> values;
  std::string color;  // a CSS color
};

/// A line chart as SVG from 0 to `high` (0: a little above the largest value), with axis labels and a legend.
/// `mark` draws a vertical line at an index; negative: none.
std::string line_chart(const std::string& title, const std::vector<Series>& series, int mark, double high,
                       std::string_view value_format);

/// Counts [row][column] as an SVG grid, shaded by the share of the row.
std::string confusion_chart(const std::vector<std::string>& labels,
                            const std::vector<std::vector<int64_t>>& counts);

/// int8 values [frames][bands] as an SVG picture, time to the right, low bands at the bottom.
std::string heat_map(const std::vector<int8_t>& values, int frames, int bands);

/// Horizontal bars, one a row, scaled to the largest.
struct Bar {
  std::string label, text;
  double value = 0;
};
std::string bar_chart(const std::vector<Bar>& bars);

/// "1,234,567"
std::string grouped(int64_t number);

}  // namespace tinyml::report
