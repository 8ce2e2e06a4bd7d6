// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/html.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace tinyml::report {
namespace {

constexpr const char* kStyle = R"(
:root { --ink: #1c2733; --soft: #5b6b7a; --page: #f5f7f9; --card: #fff; --line: #dde4ea; --line-strong: #b9c5cf; --faint: #edf1f4; --wash: #eef2f5;
  --accent: #2563a8; --alarm: #c44834; --shade: #f6dfd9; --edge: #9aa7b3; color-scheme: light; }
@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { --ink: #dbe3ea; --soft: #93a3b2; --page: #12181e; --card: #1a222a; --line: #2b3641; --line-strong: #475462; --faint: #26303a; --wash: #222c36; --accent: #5a9ce0; --alarm: #ef7f6b; --shade: #4a2d29; --edge: #5d6c7a; color-scheme: dark; } }
:root[data-theme='dark'] { --ink: #dbe3ea; --soft: #93a3b2; --page: #12181e; --card: #1a222a; --line: #2b3641; --line-strong: #475462; --faint: #26303a; --wash: #222c36; --accent: #5a9ce0; --alarm: #ef7f6b; --shade: #4a2d29; --edge: #5d6c7a; color-scheme: dark; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 34px 0 10px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; min-width: 120px; }
.tile b { display: block; font-size: 21px; } .tile span { color: var(--soft); font-size: 13px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 18px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 18px; overflow-x: auto; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: 13px; margin-bottom: 4px; }
svg { width: 100%; height: auto; } svg.confusion { max-width: 460px; }
.grid { stroke: var(--faint); } .mark { stroke: var(--edge); stroke-dasharray: 3 3; }
.shaded { fill: var(--shade); } .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 12px; color: var(--soft); }
.legend i { display: inline-block; width: 12px; height: 4px; margin: 0 5px 3px 0; }
.tick { font-size: 11px; fill: var(--soft); } .cell { font-size: 13px; fill: var(--ink); } .light { fill: #fff; }
table { border-collapse: collapse; width: 100%; } td, th { padding: 3px 5px; font-size: 12.5px; font-variant-numeric: tabular-nums; border-bottom: 1px solid var(--faint); text-align: right; }
td:first-child, th:first-child { text-align: left; } th { color: var(--soft); font-weight: 600; font-size: 12.5px; }
td.text, th.text { text-align: left; }
.pictures { display: flex; flex-wrap: wrap; gap: 14px; } .pictures figure { width: 170px; } .pictures svg, .pictures img { height: 120px; border-radius: 4px; } .pictures img { image-rendering: pixelated; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 3px 12px; align-items: center; font-size: 13px; }
.bars div { background: var(--wash); border-radius: 3px; } .bars i { display: block; height: 14px; background: var(--accent); border-radius: 3px; }
.number { font-variant-numeric: tabular-nums; text-align: right; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; } .note { color: var(--soft); font-size: 13px; })";

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

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
      "content='width=device-width'><title>{0} - tinyml</title><style>{1}</style></head><body><main>\n"
      "<h1>{0}</h1>\n{2}</main></body></html>\n",
      escape(title), kStyle, body);
}

std::string tiles(const std::vector<Tile>& figures) {
  std::string html = "<div class='tiles'>";
  for (const auto& [value, name] : figures) {
    html += fmt::format("<div class='tile'><b>{}</b><span>{}</span></div>", escape(value), escape(name));
  }
  return html + "</div>\n";
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& named) {
  std::string html = "<div class='card'><dl>";
  for (const auto& [name, value] : named) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
  }
  return html + "</dl></div>\n";
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

std::string picture(std::span<const uint8_t> png, const std::string& caption) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (size_t i = 0; i < png.size(); i += 3) {
    const size_t used = std::min<size_t>(3, png.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < used ? png[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) base64 += k <= used ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return fmt::format(
      "<figure><img alt='' src='data:image/png;base64,{}'><figcaption>{}</figcaption></figure>", base64,
      escape(caption));
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

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

}  // namespace tinyml::report
