// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/training_report.h"

#include <fmt/core.h>

#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; background: #f5f7f9; margin: 0; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 34px 0 10px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; }
.tile { background: #fff; border: 1px solid #dde4ea; border-radius: 8px; padding: 10px 16px; min-width: 120px; }
.tile b { display: block; font-size: 21px; } .tile span { color: #5b6b7a; font-size: 13px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 18px; }
.card { background: #fff; border: 1px solid #dde4ea; border-radius: 8px; padding: 14px 18px; overflow-x: auto; }
figure { margin: 0; } figcaption { color: #5b6b7a; font-size: 13px; margin-bottom: 4px; }
svg { width: 100%; height: auto; } svg.confusion { max-width: 460px; }
.grid { stroke: #e4e9ee; } .mark { stroke: #9aa7b3; stroke-dasharray: 3 3; }
.tick { font-size: 11px; fill: #5b6b7a; } .cell { font-size: 13px; fill: #1c2733; } .light { fill: #fff; }
table { border-collapse: collapse; width: 100%; } td, th { padding: 3px 5px; font-size: 12.5px; font-variant-numeric: tabular-nums; border-bottom: 1px solid #edf1f4; text-align: right; }
td:first-child, th:first-child { text-align: left; } th { color: #5b6b7a; font-weight: 600; font-size: 12.5px; }
td.text, th.text { text-align: left; }
.pictures { display: flex; flex-wrap: wrap; gap: 14px; } .pictures figure { width: 170px; } .pictures svg { height: 120px; border-radius: 4px; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 3px 12px; align-items: center; font-size: 13px; }
.bars div { background: #eef2f5; border-radius: 3px; } .bars i { display: block; height: 14px; background: #2563a8; border-radius: 3px; }
.number { font-variant-numeric: tabular-nums; text-align: right; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: #5b6b7a; } dd { margin: 0; } .note { color: #5b6b7a; font-size: 13px; })";

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string tiles(const TrainingReport& report) {
  std::string html = "<div class='tiles'>";
  const auto tile = [&](const std::string& value, const std::string& name) {
    html += fmt::format("<div class='tile'><b>{}</b><span>{}</span></div>", escape(value), escape(name));
  };
  tile(percent(report.int8.accuracy()), "accuracy, int8");
  tile(percent(report.float32.accuracy()), "accuracy, float32");
  for (const auto& [name, value] : report.cost.figures) tile(value, name);
  return html + "</div>\n";
}

std::string facts(const TrainingReport& report) {
  std::string html = "<div class='card'><dl>";
  for (const auto& [name, value] : report.facts) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
  }
  return html + "</dl></div>\n";
}

std::string curves(const TrainingReport& report) {
  Series loss{"training loss", {}, "#2563a8"}, validation{"validation loss", {}, "#c44834"},
      accuracy{"validation accuracy", {}, "#3b8a5a"};
  for (const train::Epoch& epoch : report.epochs) {
    loss.values.push_back(epoch.loss);
    validation.values.push_back(epoch.validation_loss);
    accuracy.values.push_back(100 * epoch.validation_accuracy);
  }
  return "<div class='columns'><div class='card'>" +
         line_chart("Loss", {loss, validation}, report.best_epoch, 0, "{:.2f}") + "</div><div class='card'>" +
         line_chart("Validation accuracy, %", {accuracy}, report.best_epoch, 100, "{:.0f}") +
         "</div></div>\n<p class='note'>The dashed line is the best epoch by validation" +
         (report.refit ? "; the net was then trained again, on the validation clips too, for all epochs"
                       : ", which was kept") +
         ".</p>\n";
}

std::string classes(const TrainingReport& report) {
  std::string html =
      "<table><tr><th>label</th><th>clips</th><th>precision</th><th>recall</th><th>F1</th></tr>";
  for (const train::ClassScore& score : report.int8.scores()) {
    html +=
        fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", escape(score.label),
                    score.clips, percent(score.precision), percent(score.recall), percent(score.f1));
  }
  return html + "</table>";
}

std::string spectrograms(const TrainingReport& report) {
  if (report.spectrograms.empty()) return "";
  std::string html = "<h2>What the net hears</h2><div class='card pictures'>";
  for (const Spectrogram& s : report.spectrograms) {
    html += fmt::format("<figure>{}<figcaption>{}</figcaption></figure>",
                        heat_map(s.values, s.frames, s.bands), escape(s.title));
  }
  return html +
         "</div><p class='note'>The int8 features of one clip a label: time to the right, low frequencies "
         "below.</p>\n";
}

std::string board_cost(const BoardCost& cost) {
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

}  // namespace

std::string to_html(const TrainingReport& report) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
      "content='width=device-width'>"
      "<title>{0} - tinyml</title><style>{1}</style></head><body><main>\n<h1>{0}</h1>\n",
      escape(report.title), kStyle);
  html += tiles(report) + facts(report);
  html += "<h2>Learning</h2>\n" + curves(report);
  html += fmt::format(
      "<h2>Answers on the {} clips (int8)</h2>\n<div class='columns'><div class='card'>{}<p "
      "class='note'>Rows: the truth. Columns: the answer.</p></div><div class='card'>{}</div></div>\n",
      escape(report.split), confusion_chart(report.int8.labels, report.int8.counts), classes(report));
  html += spectrograms(report) + board_cost(report.cost);
  return html + "</main></body></html>\n";
}

}  // namespace tinyml::report
