// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/board_cost.h"

#include <fmt/core.h>

#include "tinyml/report/html.h"

namespace tinyml::report {

std::string to_html(const BoardCost& cost) {
  std::string html = fmt::format("<h2>On the board: {}</h2>\n", escape(cost.board));
  if (cost.layers.empty())
    return html + fmt::format("<p class='card'>Not measured: {}.</p>\n", escape(cost.source));
  std::vector<Bar> bars;
  std::string rows;
  for (const LayerCost& layer : cost.layers) {
    bars.push_back({layer.name, grouped(layer.cycles), static_cast<double>(layer.cycles)});
    rows += fmt::format(
        "<tr><td>{}</td><td class='text'>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escape(layer.name), escape(layer.op), grouped(layer.macs), grouped(layer.instructions),
        grouped(layer.cycles), grouped(layer.flash_bytes));
  }
  html += "<div class='columns'><div class='card'><figcaption>Modelled cycles a layer</figcaption>" +
          bar_chart(bars) + "</div>";
  html +=
      "<div class='card'><table><tr><th>layer</th><th "
      "class='text'>operator</th><th>MACs</th><th>instructions</th><th>cycles</th>"
      "<th>flash bytes</th></tr>" +
      rows + "</table></div></div>";
  return html + fmt::format(
                    "<p class='note'>Instructions: {} in the emulator. Cycles, milliseconds and millijoules "
                    "are modelled.</p>\n",
                    escape(cost.source));
}

}  // namespace tinyml::report
