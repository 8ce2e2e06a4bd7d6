// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/training_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHostile = "<script>document.title='run'</script>&\"'";

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  std::vector<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    found.push_back((*at)[at->size() > 1 ? 1 : 0]);
  }
  return found;
}

/// The text between two marks, the first of each.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t start = text.find(from);
  EXPECT_NE(start, std::string::npos) << from;
  const size_t end = text.find(to, start);
  EXPECT_NE(end, std::string::npos) << to;
  return text.substr(start, end - start);
}

TrainingReport example() {
  TrainingReport report;
  report.title = "doorbell";
  report.facts = {{"Labels", "yes, no"}, {"Data", "clips/"}};
  for (int i = 0; i < 7; ++i) report.epochs.push_back({2.0 / (i + 1), 2.5 / (i + 1), 0.1 * i, 1e-3});
  report.best_epoch = 5;
  report.split = "test";
  report.float32 = report.int8 = train::Confusion({"yes", "no"});
  report.int8.counts = {{31, 2}, {0, 47}};
  report.float32.counts = {{33, 0}, {0, 47}};
  for (const char* label : {"yes", "no"})
    report.spectrograms.push_back({label, 3, 2, {-128, 0, -60, 60, 100, 127}});
  report.cost = {"arduino_nano33_ble",
                 "measured",
                 {{"RAM", "31.2 KB"}},
                 {{"conv", "conv_2d", 1234567, 2345678, 3456789, 4567},
                  {"dense", "fully_connected", 640, 1500, 2500, 900}}};
  return report;
}

TEST(TrainingReport, CurvesHaveAPointForEveryEpoch) {
  const std::string html = to_html(example());
  const std::vector<std::string> curves = matches(html, "<polyline[^>]* points='([^']*)'");
  ASSERT_EQ(curves.size(), 3u);  // training loss, validation loss, validation accuracy
  for (const std::string& points : curves) EXPECT_EQ(matches(points, "[0-9.]+,[0-9.]+").size(), 7u) << points;
  EXPECT_THAT(html, HasSubstr(">epoch<"));
  // Accuracy rises by a tenth of the plot's height an epoch, and SVG's y falls.
  const std::vector<std::string> heights = matches(curves[2], ",([0-9.]+)");
  for (size_t i = 1; i < heights.size(); ++i) {
    EXPECT_NEAR(std::stod(heights[i - 1]) - std::stod(heights[i]), 18.4, 0.11);
  }
}

TEST(TrainingReport, ConfusionShowsTheCountsOfInt8) {
  const std::string html = to_html(example());
  const std::string chart = between(html, "<svg class='confusion'", "</svg>");
  EXPECT_THAT(matches(chart, "class='cell[^']*'>([0-9]+)<"), ElementsAre("31", "2", "47"));
  EXPECT_THAT(matches(chart, "class='tick'[^>]*>([^<]+)<"), ElementsAre("yes", "yes", "no", "no"));
  EXPECT_EQ(matches(chart, "<rect ").size(), 4u);
  EXPECT_THAT(html, HasSubstr("<b>97.5 %</b><span>accuracy, int8"));
  EXPECT_THAT(html, HasSubstr("<b>100.0 %</b><span>accuracy, float32"));
  EXPECT_THAT(html, HasSubstr("<td>yes</td><td>33</td><td>100.0 %</td><td>93.9 %</td><td>96.9 %</td>"));
}

TEST(TrainingReport, EveryClassHasItsPicture) {
  const std::string html = to_html(example());
  const std::string pictures = between(html, "<div class='card pictures'>", "</div>");
  EXPECT_THAT(matches(pictures, "<figcaption>([^<]*)</figcaption>"), ElementsAre("yes", "no"));
  EXPECT_EQ(matches(pictures, "viewBox='0 0 3 2'").size(), 2u);
  EXPECT_EQ(matches(pictures, "<path ").size(), 2 * 6u);
}

TEST(TrainingReport, LayersShowTheirCost) {
  const std::string html = to_html(example());
  EXPECT_THAT(html, HasSubstr("<td>conv</td><td class='text'>conv_2d</td><td>1,234,567</td>"
                              "<td>2,345,678</td><td>3,456,789</td><td>4,567</td>"));
  EXPECT_THAT(matches(html, "<i style='width:([0-9.]+)%'"), ElementsAre("100.0", "0.1"));
  EXPECT_THAT(html, HasSubstr("Instructions: measured in the emulator."));

  TrainingReport unmeasured = example();
  unmeasured.cost = {"arduino_nano33_ble", "qemu-system-arm is not installed", {}, {}};
  const std::string without = to_html(unmeasured);
  EXPECT_THAT(without, HasSubstr("Not measured: qemu-system-arm is not installed."));
  EXPECT_THAT(without, Not(HasSubstr("MACs")));
}

TrainingReport hostile() {
  TrainingReport report = example();
  report.title = report.split = report.cost.board = kHostile;
  report.facts = {{kHostile, kHostile}};
  report.float32.labels = report.int8.labels = {kHostile, "no"};
  for (Spectrogram& picture : report.spectrograms) picture.title = kHostile;
  report.cost.figures = {{kHostile, kHostile}};
  for (LayerCost& layer : report.cost.layers) layer.name = layer.op = kHostile;
  return report;
}

TEST(TrainingReport, NamesAreTextNotMarkup) {
  TrainingReport report = hostile();
  for (const bool measured : {true, false}) {
    report.cost.source = kHostile;
    if (!measured) report.cost.layers.clear();
    const std::string html = to_html(report);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_GE(matches(html, "&lt;script&gt;").size(), 12u);
    // Where a name stands in an attribute, its quotes must not end it.
    EXPECT_THAT(html, Not(HasSubstr("&\"'")));
  }
  EXPECT_EQ(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
}

TEST(TrainingReport, NeedsNothingFromOutside) {
  const std::string html = to_html(example());
  for (const char* part : {"http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link", "<img",
                           "<iframe", "<object"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
}

TEST(TrainingReport, ShortTrainingHasNoCurve) {
  TrainingReport report = example();
  report.epochs.resize(1);
  report.best_epoch = 0;
  report.spectrograms.clear();
  const std::string html = to_html(report);
  EXPECT_THAT(html, Not(HasSubstr("<polyline")));
  EXPECT_THAT(html, Not(HasSubstr("What the net hears")));
}

TEST(TrainingReport, RendersInABrowser) {
  if (!find_program("chromium")) GTEST_SKIP() << "skipped: chromium is not installed";
  const TemporaryFolder folder;
  write_text(folder.path() / "report.html", to_html(hostile()));
  const ProcessResult shown =
      run_process({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--user-data-dir=" + (folder.path() / "profile").string(), "--enable-logging=stderr",
                   "--dump-dom", "file://" + (folder.path() / "report.html").string()},
                  120);
  ASSERT_EQ(shown.exit_code, 0) << shown.error;
  EXPECT_THAT(shown.error, Not(HasSubstr("CONSOLE")));
  EXPECT_THAT(shown.output, Not(HasSubstr("<script>")));
  EXPECT_EQ(matches(shown.output, "<polyline ").size(), 3u);
  EXPECT_EQ(matches(shown.output, "aria-label=\"spectrogram\"").size(), 2u);
}

}  // namespace
}  // namespace tinyml::report
