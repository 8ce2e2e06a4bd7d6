// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/html.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tinyml::report {
namespace {

constexpr double kWidth = 560, kHeight = 220, kLeft = 48, kBottom = 28, kTop = 10, kRight = 12;

/// From dark blue over teal to pale yellow, for 0 to 1.
std::string heat_color(double x) {
  const double r = 255 * std::clamp(1.6 * x - 0.5, 0.05, 1.0);
  const double g = 255 * std::clamp(1.1 * x, 0.05, 0.95);
  const double b = 255 * std::clamp(0.35 + 0.5 * std::sin(3.1 * x), 0.2, 0.8);
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(r), static_cast<int>(g), static_cast<int>(b));
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string line_chart(const std::string& title, const std::vector<Series>& series, int mark, double high,
                       std::string_view value_format) {
  size_t count = 0;
  double largest = 0;
  for (const Series& s : series) {
    count = std::max(count, s.values.size());
    for (const double value : s.values) largest = std::max(largest, value);
  }
  if (count < 2) return "";
  if (high <= 0) high = largest > 0 ? 1.05 * largest : 1;
  const double plot_width = kWidth - kLeft - kRight, plot_height = kHeight - kTop - kBottom;
  const auto x_of = [&](size_t i) {
    return kLeft + plot_width * static_cast<double>(i) / static_cast<double>(count - 1);
  };
  const auto y_of = [&](double v) { return kTop + plot_height * (1 - v / high); };

  std::string svg =
      fmt::format("<figure><figcaption>{}</figcaption><svg viewBox='0 0 {} {}' role='img' aria-label='{}'>",
                  escape(title), kWidth, kHeight, escape(title));
  for (int i = 0; i <= 4; ++i) {
    const double value = high * i / 4;
    svg += fmt::format("<line x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}' class='grid'/>", kLeft, kWidth - kRight,
                       y_of(value), y_of(value));
    svg += fmt::format("<text x='{}' y='{:.1f}' class='tick' text-anchor='end'>{}</text>", kLeft - 6,
                       y_of(value) + 4, fmt::format(fmt::runtime(value_format), value));
  }
  svg += fmt::format(
      "<text x='{}' y='{}' class='tick'>1</text><text x='{}' y='{}' class='tick' text-anchor='end'>epoch "
      "{}</text>",
      kLeft, kHeight - 8, kWidth - kRight, kHeight - 8, count);
  if (mark >= 0) {
    svg += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' class='mark'/>",
                       x_of(static_cast<size_t>(mark)), kTop, kHeight - kBottom);
  }
  double legend = kLeft + 10;
  for (const Series& s : series) {
    svg += fmt::format("<polyline fill='none' stroke='{}' stroke-width='2' points='", s.color);
    for (size_t i = 0; i < s.values.size(); ++i)
      svg += fmt::format("{:.1f},{:.1f} ", x_of(i), y_of(s.values[i]));
    svg += fmt::format(
        "'/><rect x='{}' y='{}' width='12' height='4' fill='{}'/><text x='{}' y='{}' class='tick'>{}</text>",
        legend, kHeight - 13, s.color, legend + 16, kHeight - 8, escape(s.name));
    legend += 28 + 7.0 * static_cast<double>(s.name.size());
  }
  return svg + "</svg></figure>\n";
}

std::string confusion_chart(const std::vector<std::string>& labels,
                            const std::vector<std::vector<int64_t>>& counts) {
  constexpr double kCell = 54, kMargin = 92;
  const double size = kMargin + kCell * static_cast<double>(labels.size()) + 8;
  std::string svg =
      fmt::format("<svg class='confusion' viewBox='0 0 {0} {1}' role='img' aria-label='confusion matrix'>",
                  size, size - kMargin + 34);
  for (size_t row = 0; row < labels.size(); ++row) {
    int64_t total = 0;
    for (const int64_t count : counts[row]) total += count;
    const double y = 30 + kCell * static_cast<double>(row);
    svg += fmt::format("<text x='{}' y='{}' class='tick' text-anchor='end'>{}</text>", kMargin - 8, y + 31,
                       escape(labels[row]));
    svg += fmt::format("<text x='{}' y='20' class='tick' text-anchor='middle'>{}</text>",
                       kMargin + kCell * (static_cast<double>(row) + 0.5), escape(labels[row]));
    for (size_t column = 0; column < labels.size(); ++column) {
      const double share = total ? static_cast<double>(counts[row][column]) / static_cast<double>(total) : 0;
      const char* color = row == column ? "37,99,168" : "196,72,52";
      svg += fmt::format("<rect x='{}' y='{}' width='{}' height='{}' fill='rgba({},{:.3f})'/>",
                         kMargin + kCell * static_cast<double>(column), y, kCell - 2, kCell - 2, color,
                         share > 0 ? 0.08 + 0.87 * share : 0.03);
      if (counts[row][column]) {
        svg += fmt::format("<text x='{}' y='{}' text-anchor='middle' class='{}'>{}</text>",
                           kMargin + kCell * (static_cast<double>(column) + 0.5) - 1, y + 31,
                           share > 0.5 ? "cell light" : "cell", counts[row][column]);
      }
    }
  }
  return svg + "</svg>\n";
}

std::string heat_map(const std::vector<int8_t>& values, int frames, int bands) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double span = std::max(1, *high - *low);
  std::string svg = fmt::format(
      "<svg viewBox='0 0 {} {}' shape-rendering='crispEdges' preserveAspectRatio='none' role='img' "
      "aria-label='spectrogram'>",
      frames, bands);
  for (int frame = 0; frame < frames; ++frame) {
    for (int band = 0; band < bands; ++band) {
      // Runs of one color along the band axis become one rectangle.
      const auto level = [&](int b) {
        return static_cast<int>(24 * (values[static_cast<size_t>(frame * bands + b)] - *low) / span);
      };
      int end = band + 1;
      while (end < bands && level(end) == level(band)) ++end;
      svg += fmt::format("<path fill='{}' d='M{} {}h1v{}h-1z'/>", heat_color(level(band) / 24.0), frame,
                         bands - end, end - band);
      band = end - 1;
    }
  }
  return svg + "</svg>";
}

std::string bar_chart(const std::vector<Bar>& bars) {
  double largest = 1e-12;
  for (const Bar& bar : bars) largest = std::max(largest, bar.value);
  std::string html = "<div class='bars'>";
  for (const Bar& bar : bars) {
    html +=
        fmt::format("<span>{}</span><div><i style='width:{:.1f}%'></i></div><span class='number'>{}</span>",
                    escape(bar.label), 100 * bar.value / largest, escape(bar.text));
  }
  return html + "</div>\n";
}

std::string grouped(int64_t number) {
  std::string digits = fmt::format("{}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

}  // namespace tinyml::report
