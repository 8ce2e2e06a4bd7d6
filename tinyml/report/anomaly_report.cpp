// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/anomaly_report.h"

#include <fmt/core.h>

#include "tinyml/report/chart.h"
#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

std::vector<Tile> tiles_of(const AnomalyReport& report) {
  std::vector<Tile> tiles;
  if (report.results) {
    const AnomalyResults& r = *report.results;
    tiles = {{fmt::format("{:.3f}", r.auc_int8), "area under ROC, int8"},
             {percent(r.recall), fmt::format("of {} anomalous windows found", r.anomalous)},
             {fmt::format("{}", r.false_alarms), fmt::format("false alarms in {} normal windows", r.normal)}};
  }
  for (const auto& [name, value] : report.cost.figures) tiles.push_back({value, name});
  return tiles;
}

std::string score_charts(const AnomalyReport& report) {
  std::string html;
  for (const ScoreTrace& trace : report.scores) {
    if (trace.score.size() < 2) continue;
    Chart chart{trace.title, {trace.timed ? "time, s" : "window"}, {"score", 0, 1}, {}};
    chart.series.push_back({"score", trace.score, trace.time_s});
    chart.series.push_back({"threshold",
                            {report.threshold, report.threshold},
                            {trace.time_s.front(), trace.time_s.back()},
                            true});
    if (trace.smoothed != trace.score) chart.series.push_back({"smoothed", trace.smoothed, trace.time_s});
    chart.shaded = trace.anomalous;
    html += "<div class='card'>" + to_svg(chart) + "</div>";
  }
  return html.empty() ? "" : "<h2>Score over time</h2>\n<div class='columns'>" + html + "</div>\n";
}

std::string result_charts(const AnomalyReport& report) {
  if (!report.results) return "";
  const AnomalyResults& r = *report.results;
  const Chart roc{"ROC: what a threshold finds and what it costs",
                  {"share of normal windows alarmed", 0, 1},
                  {"recall", 0, 1},
                  {{"recall", r.roc.y, r.roc.x}}};
  const Chart precision{"Precision and recall",
                        {"recall", 0, 1},
                        {"precision", 0, 1},
                        {{"precision", r.precision_recall.y, r.precision_recall.x}}};
  return fmt::format(
      "<h2>Normal against anomalous</h2>\n<div class='columns'><div class='card'>{}</div><div "
      "class='card'>{}</div></div>\n<p class='note'>Area under ROC: {:.4f} in int8, {:.4f} in float32.</p>\n",
      to_svg(roc), to_svg(precision), r.auc_int8, r.auc_float32);
}

std::string contributions(const AnomalyReport& report) {
  if (report.contributions.empty()) return "";
  std::vector<Bar> bars;
  for (const auto& [sensor, share] : report.contributions) bars.push_back({sensor, percent(share), share});
  return "<h2>Why</h2>\n<div class='card'><figcaption>Share of each sensor in the score</figcaption>" +
         bar_chart(bars) + "</div>\n";
}

}  // namespace

std::string to_html(const AnomalyReport& report) {
  return html_page(report.title, tiles(tiles_of(report)) + facts(report.facts) +
                                     fmt::format("<p class='note'>{}</p>\n", escape(report.formula)) +
                                     score_charts(report) + contributions(report) + result_charts(report) +
                                     to_html(report.signals) + to_html(report.cost));
}

}  // namespace tinyml::report
