// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/project/anomaly_detector_state.h"
#include "tinyml/report/html.h"

namespace tinyml {
namespace {

constexpr size_t kPoints = 200;

std::string color(size_t i) {
  static constexpr const char* kColors[] = {"#2563eb", "#dc2626", "#16a34a", "#9333ea", "#ea580c", "#0891b2"};
  return kColors[i % std::size(kColors)];
}

/// Power by frequency of the example window's channels, in decibels above the smallest.
std::vector<report::Series> spectra(std::span<const float> window, size_t channels, size_t width) {
  std::vector<report::Series> lines;
  const size_t n = window.size() / width;
  double least = 0;
  for (size_t c = 0; c < channels; ++c) {
    double mean = 0;
    for (size_t t = 0; t < n; ++t)
      mean += static_cast<double>(window[t * width + c]) / static_cast<double>(n);
    report::Series line{fmt::format("channel {}", c), {}, color(c)};
    for (size_t k = 1; k <= n / 2; ++k) {
      double re = 0, im = 0;
      for (size_t t = 0; t < n; ++t) {
        const double angle = 2 * M_PI * static_cast<double>(k * t % n) / static_cast<double>(n);
        const double x = static_cast<double>(window[t * width + c]) - mean;
        re += x * std::cos(angle);
        im += x * std::sin(angle);
      }
      line.values.push_back(10 * std::log10((re * re + im * im) / static_cast<double>(n) + 1e-10));
      least = std::min(least, line.values.back());
    }
    lines.push_back(std::move(line));
  }
  for (auto& line : lines) {
    for (double& value : line.values) value -= least;
  }
  return lines;
}

/// Recall over false alarms, and precision over recall, each at kPoints equal steps.
std::pair<report::Series, report::Series> curves(const AnomalyEvaluation& e) {
  std::pair<report::Series, report::Series> result{{"recall", {}, color(0)}, {"precision", {}, color(1)}};
  std::vector<double> normal = e.normal, anomalous = e.anomalous;
  std::sort(normal.begin(), normal.end(), std::greater<>());
  std::sort(anomalous.begin(), anomalous.end(), std::greater<>());
  const auto at_least = [](const std::vector<double>& sorted, double limit) {
    const auto end = std::upper_bound(sorted.begin(), sorted.end(), limit, std::greater<>());
    return static_cast<double>(end - sorted.begin());
  };
  for (size_t i = 0; i <= kPoints; ++i) {
    const auto pick = [&](const std::vector<double>& sorted) {
      return sorted[(sorted.size() - 1) * i / kPoints];
    };
    result.first.values.push_back(100 * at_least(anomalous, pick(normal)) /
                                  static_cast<double>(anomalous.size()));
    const double found = at_least(anomalous, pick(anomalous)), wrong = at_least(normal, pick(anomalous));
    result.second.values.push_back(100 * found / (found + wrong));
  }
  return result;
}

}  // namespace

std::string anomaly_report(const AnomalyConfig& config, const std::string& summary,
                           const std::vector<AnomalyScore>& scores, const AnomalyEvaluation& evaluation,
                           std::span<const float> example, int32_t channels,
                           const project::AnomalyCalibration& calibration) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta "
      "charset=\"utf-8\"><title>{0}</title>\n<style>body{{font:16px/1.5 "
      "system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 "
      "1rem}}svg{{max-width:100%}}</style></head>"
      "<body>\n<h1>{0}</h1>\n<pre>{1}</pre>\n<p>Score of a window: 1 / (1 + 9^((limit - s) / (limit - "
      "median))), s "
      "the net's answer, median {2:.1f} and limit {3:.1f} its median and 99th percentile on held-out normal "
      "data, in steps of int8.</p>\n",
      report::escape(config.name), report::escape(summary), calibration.median, calibration.limit);
  const auto sensed = static_cast<size_t>(channels), width = sensed + config.context.size();
  if (!example.empty()) {
    std::vector<report::Series> signals;
    for (size_t c = 0; c < sensed; ++c) {
      report::Series line{fmt::format("channel {}", c), {}, color(c)};
      for (size_t i = c; i < example.size(); i += width)
        line.values.push_back(static_cast<double>(example[i]));
      const double least = *std::min_element(line.values.begin(), line.values.end());
      for (double& value : line.values) value -= std::min(least, 0.0);
      signals.push_back(std::move(line));
    }
    page += "<h2>A normal window</h2>\n" +
            report::line_chart("above the smallest, by sample", signals, -1, 0, "{:.2f}");
    page += "<h2>Its spectrum</h2>\n" + report::line_chart("dB above the smallest, by bin",
                                                           spectra(example, sensed, width), -1, 0, "{:.0f}");
  }
  if (!scores.empty()) {
    report::Series line{"score", {}, color(0)}, threshold{"threshold", {}, color(1)};
    for (const AnomalyScore& score : scores) {
      line.values.push_back(score.score);
      threshold.values.push_back(config.threshold);
    }
    page += "<h2>Score over held-out normal data</h2>\n" +
            report::line_chart("score by window", {line, threshold}, -1, 1, "{:.1f}");
  }
  if (!evaluation.normal.empty() && !evaluation.anomalous.empty()) {
    report::Series line{"normal, then anomalous", {}, color(0)}, threshold{"threshold", {}, color(1)};
    line.values = evaluation.normal;
    line.values.insert(line.values.end(), evaluation.anomalous.begin(), evaluation.anomalous.end());
    threshold.values.assign(line.values.size(), config.threshold);
    const auto [recall, precision] = curves(evaluation);
    page += fmt::format(
                "<h2>Evaluation</h2>\n<p>int8: AUC {:.4f}, recall {:.1f} %, {} of {} normal windows alarmed; "
                "float32: AUC {:.4f}.</p>\n",
                evaluation.int8.auc, 100 * evaluation.int8.recall, evaluation.int8.false_alarms,
                evaluation.int8.normal, evaluation.float32.auc) +
            report::line_chart("score by window", {line, threshold},
                               static_cast<int>(evaluation.normal.size()), 1, "{:.1f}") +
            report::line_chart("ROC: recall in percent over false alarms, 0 to all", {recall}, -1, 100,
                               "{:.0f}") +
            report::line_chart("Precision in percent over recall, 0 to all", {precision}, -1, 100, "{:.0f}");
  }
  return page + "</body></html>\n";
}

}  // namespace tinyml
