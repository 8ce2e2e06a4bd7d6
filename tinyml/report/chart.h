// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tinyml::report {

/// A line through (x[i], y[i]), x ascending. Without x the points are at 1, 2, 3, ...
struct Series {
  std::string name;
  std::vector<double> y;
  std::vector<double> x = {};
  bool dashed = false;

  double x_at(size_t i) const { return x.empty() ? static_cast<double>(i + 1) : x[i]; }
};

/// Where a limit is not a number, it is that of the data.
struct Axis {
  std::string name;  // with its unit: "time, s"
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct Chart {
  std::string title;
  Axis x, y;
  std::vector<Series> series;                          // drawn in this order, each in its color
  std::vector<double> marks = {};                      // dashed vertical lines
  std::vector<std::pair<double, double>> shaded = {};  // stretches of x
};

/// A figure with the chart as inline SVG; empty where no series has two points. A line of more points than
/// the picture has columns keeps the least and the largest of each column.
std::string to_svg(const Chart& chart);

/// At most `most` + 1 round numbers (1, 2 or 5 times a power of ten apart) within [low, high].
std::vector<double> ticks(double low, double high, int most);

/// The color of the series `i` of a chart, as CSS.
const char* series_color(size_t i);

}  // namespace tinyml::report
