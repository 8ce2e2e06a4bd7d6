// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/training_report.h"

#include <fmt/core.h>

#include "tinyml/report/chart.h"
#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

std::vector<Tile> tiles_of(const TrainingReport& report) {
  std::vector<Tile> tiles{{percent(report.int8.accuracy()), "accuracy, int8"},
                          {percent(report.float32.accuracy()), "accuracy, float32"}};
  for (const auto& [name, value] : report.cost.figures) tiles.push_back({value, name});
  return tiles;
}

std::string curves(const TrainingReport& report) {
  Series loss{"training loss", {}}, validation{"validation loss", {}}, accuracy{"validation accuracy", {}};
  for (const train::Epoch& epoch : report.epochs) {
    loss.y.push_back(epoch.loss);
    validation.y.push_back(epoch.validation_loss);
    accuracy.y.push_back(100 * epoch.validation_accuracy);
  }
  const std::vector<double> best{report.best_epoch + 1.0};
  return "<div class='columns'><div class='card'>" +
         to_svg({"Loss", {"epoch"}, {"", 0}, {loss, validation}, best}) + "</div><div class='card'>" +
         to_svg({"Validation accuracy", {"epoch"}, {"%", 0, 100}, {accuracy}, best}) +
         "</div></div>\n<p class='note'>The dashed line is the best epoch by validation" +
         (report.refit ? "; the net was then trained again, on the validation split too, for all epochs"
                       : ", which was kept") +
         ".</p>\n";
}

std::string classes(const TrainingReport& report) {
  std::string html =
      "<table><tr><th>label</th><th>examples</th><th>precision</th><th>recall</th><th>F1</th></tr>";
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

std::string mistakes(const TrainingReport& report) {
  if (report.mistakes.empty()) return "";
  std::string html = "<h2>What it takes for something else</h2><div class='card pictures'>";
  for (const Mistake& mistake : report.mistakes) html += picture(mistake.png, mistake.title);
  return html + "</div><p class='note'>Pictures of the " + escape(report.split) +
         " split as the net sees them, the surest mistakes first.</p>\n";
}

}  // namespace

std::string to_html(const TrainingReport& report) {
  std::string body = tiles(tiles_of(report)) + facts(report.facts) + "<h2>Learning</h2>\n" + curves(report);
  body += fmt::format(
      "<h2>Answers on the {} split (int8)</h2>\n<div class='columns'><div class='card'>{}<p "
      "class='note'>Rows: the truth. Columns: the answer.</p></div><div class='card'>{}</div></div>\n",
      escape(report.split), confusion_chart(report.int8.labels, report.int8.counts), classes(report));
  return html_page(report.title, body + spectrograms(report) + mistakes(report) + to_html(report.cost) +
                                     to_html(report.signals));
}

}  // namespace tinyml::report
