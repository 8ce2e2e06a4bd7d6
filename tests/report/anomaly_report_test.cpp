// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/anomaly_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tinyml::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

AnomalyReport example() {
  AnomalyReport report;
  report.title = "fan";
  report.facts = {{"Method", "kmeans"}};
  report.formula = "Score: 0.5 is the 99th percentile";
  report.threshold = 0.8;
  report.signals = {
      {"accelerometer", "g", 100, {{"x", {0, 1, 0, -1}, {3, -20}}, {"y", {1, 1, 1, 2}, {1, 2}}}}};
  report.scores = {{"over time", {1, 2, 3}, {0.1, 0.2, 0.9}, {0.1, 0.15, 0.4}, {{2, 3}}}};
  report.contributions = {{"accelerometer", 0.75}, {"temperature", 0.25}};
  report.results =
      AnomalyResults{0.9905, 0.991, 0.92, 130, 400, 5, {{0, 0, 1}, {0, 0.9, 1}}, {{0.9, 1}, {1, 0.75}}};
  report.cost = {"arduino_nano33_ble", "no emulator", {}, {}};
  return report;
}

TEST(AnomalyReport, ShowsSignalsScoresAndCurves) {
  const std::string html = to_html(example());
  for (const char* part : {"What the sensors say", "frequency, Hz", "Score over time", "threshold", "ROC",
                           "Precision and recall", "<b>0.991</b><span>area under ROC, int8",
                           "<b>92.0 %</b><span>of 400 anomalous windows found",
                           "<b>5</b><span>false alarms in 130 normal windows", "75.0 %", "class='shaded'",
                           "Not measured: no emulator."}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_EQ(count(html, "<polyline"), 2 + 2 + 3 + 1 + 1u);  // signals, spectra, scores, ROC, precision
}

TEST(AnomalyReport, LeavesOutWhatItDoesNotHave) {
  AnomalyReport report = example();
  report.results.reset();
  report.signals.clear();
  report.scores.clear();
  report.contributions.clear();
  const std::string html = to_html(report);
  EXPECT_THAT(html, Not(HasSubstr("<polyline")));
  EXPECT_THAT(html, Not(HasSubstr("ROC")));
}

TEST(AnomalyReport, NamesAreTextNotMarkup) {
  const std::string hostile = "<script>'&\"";
  AnomalyReport report = example();
  report.title = report.formula = hostile;
  report.facts = {{hostile, hostile}};
  report.signals[0].title = report.signals[0].unit = report.signals[0].channels[0].name = hostile;
  report.scores[0].title = hostile;
  report.contributions[0].first = hostile;
  EXPECT_THAT(to_html(report), Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace tinyml::report
