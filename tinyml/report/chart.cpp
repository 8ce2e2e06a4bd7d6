// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

constexpr double kWidth = 560, kHeight = 248, kLeft = 52, kTop = 26, kRight = 14, kBottom = 38;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr size_t kColumns = 500;

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  /// The axis' limits, where it has them; never empty.
  Range limited(const Axis& axis) const {
    Range range{std::isnan(axis.low) ? low : axis.low, std::isnan(axis.high) ? high : axis.high};
    if (!(range.high > range.low)) range = {range.low - 0.5, range.low + 0.5};
    return range;
  }
  double share(double value) const { return (value - low) / (high - low); }
};

using Points = std::vector<std::pair<double, double>>;

/// In pixels.
Points points_of(const Series& series, const Range& x, const Range& y) {
  Points points;
  for (size_t i = 0; i < series.y.size(); ++i) {
    points.emplace_back(kLeft + kPlotWidth * x.share(series.x_at(i)),
                        kTop + kPlotHeight * (1 - std::clamp(y.share(series.y[i]), 0.0, 1.0)));
  }
  if (points.size() <= 2 * kColumns) return points;
  Points fewer;
  for (size_t column = 0; column < kColumns; ++column) {
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(column * points.size() / kColumns);
    const auto last = points.begin() + static_cast<std::ptrdiff_t>((column + 1) * points.size() / kColumns);
    auto [low, high] =
        std::minmax_element(first, last, [](const auto& a, const auto& b) { return a.second < b.second; });
    if (high < low) std::swap(low, high);
    fewer.push_back(*low);
    if (low != high) fewer.push_back(*high);
  }
  return fewer;
}

std::string grid(const Chart& chart, const Range& x, const Range& y) {
  std::string svg;
  for (const double tick : ticks(y.low, y.high, 5)) {
    const double at = kTop + kPlotHeight * (1 - y.share(tick));
    svg += fmt::format("<line x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}' class='grid'/>", kLeft, kWidth - kRight,
                       at, at);
    svg += fmt::format("<text x='{}' y='{:.1f}' class='tick' text-anchor='end'>{:g}</text>", kLeft - 6,
                       at + 4, tick);
  }
  for (const double tick : ticks(x.low, x.high, 8)) {
    const double at = kLeft + kPlotWidth * x.share(tick);
    svg += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' class='grid'/>", at, kTop,
                       kHeight - kBottom);
    svg += fmt::format("<text x='{:.1f}' y='{}' class='tick' text-anchor='middle'>{:g}</text>", at,
                       kHeight - kBottom + 15, tick);
  }
  svg += fmt::format("<text x='{}' y='{}' class='tick' text-anchor='middle'>{}</text>",
                     kLeft + kPlotWidth / 2, kHeight - 6, escape(chart.x.name));
  return svg + fmt::format("<text x='4' y='14' class='tick'>{}</text>", escape(chart.y.name));
}

std::string legend(const Chart& chart) {
  if (chart.series.size() < 2) return "";
  std::string html = "<div class='legend'>";
  for (size_t i = 0; i < chart.series.size(); ++i) {
    html += fmt::format("<span><i style='background:{}'></i>{}</span>", series_color(i),
                        escape(chart.series[i].name));
  }
  return html + "</div>";
}

}  // namespace

const char* series_color(size_t i) {
  static constexpr const char* kColors[] = {"#2563a8", "#c44834", "#3b8a5a", "#8250a8",
                                            "#c98a1b", "#2a97a8", "#6b7580"};
  return kColors[i % std::size(kColors)];
}

std::vector<double> ticks(double low, double high, int most) {
  std::vector<double> at;
  if (!(high > low)) return at;
  const double least = (high - low) / most, power = std::pow(10.0, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= least * (1 - 1e-9)) step = factor * power;
  }
  const double slack = 1e-9 * step;
  for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k)
    at.push_back(k == 0 ? 0.0 : k * step);
  return at;
}

std::string to_svg(const Chart& chart) {
  Range x, y;
  bool drawn = false;
  for (const Series& series : chart.series) {
    drawn = drawn || series.y.size() > 1;
    for (size_t i = 0; i < series.y.size(); ++i) {
      x.add(series.x_at(i));
      y.add(series.y[i]);
    }
  }
  if (!drawn) return "";
  x = x.limited(chart.x);
  y = y.limited(chart.y);
  std::string svg = fmt::format(
      "<figure><figcaption>{0}</figcaption><svg viewBox='0 0 {1} {2}' role='img' aria-label='{0}'>",
      escape(chart.title), kWidth, kHeight);
  for (const auto& [begin, end] : chart.shaded) {
    const double from = std::clamp(x.share(begin), 0.0, 1.0), to = std::clamp(x.share(end), 0.0, 1.0);
    svg += fmt::format("<rect x='{:.1f}' y='{}' width='{:.1f}' height='{}' class='shaded'/>",
                       kLeft + kPlotWidth * from, kTop, kPlotWidth * (to - from), kPlotHeight);
  }
  svg += grid(chart, x, y);
  for (const double mark : chart.marks) {
    svg += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' class='mark'/>",
                       kLeft + kPlotWidth * x.share(mark), kTop, kHeight - kBottom);
  }
  for (size_t i = 0; i < chart.series.size(); ++i) {
    svg += fmt::format("<polyline fill='none' stroke='{}' stroke-width='1.6'{} points='", series_color(i),
                       chart.series[i].dashed ? " stroke-dasharray='5 4'" : "");
    for (const auto& [px, py] : points_of(chart.series[i], x, y))
      svg += fmt::format("{:.1f},{:.1f} ", px, py);
    svg += "'/>";
  }
  return svg + "</svg>" + legend(chart) + "</figure>\n";
}

}  // namespace tinyml::report
