// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/audio/audio_report.h"
#include "tinyml/project/signal_pictures.h"
#include "tinyml/report/anomaly_report.h"

namespace tinyml {
namespace {

/// At every threshold that changes something, the strictest first.
report::AnomalyResults results_of(const AnomalyEvaluation& e) {
  report::AnomalyResults results{
      e.int8.auc, e.float32.auc, e.int8.recall, e.int8.normal, e.int8.anomalous, e.int8.false_alarms, {}, {}};
  std::vector<std::pair<double, bool>> scores;
  for (const AnomalyScore& window : e.normal) scores.emplace_back(window.score, false);
  for (const AnomalyScore& window : e.anomalous) scores.emplace_back(window.score, true);
  std::sort(scores.rbegin(), scores.rend());
  double found = 0, alarmed = 0;
  results.roc = {{0}, {0}};
  for (size_t i = 0; i < scores.size(); ++i) {
    ++(scores[i].second ? found : alarmed);
    if (i + 1 < scores.size() && scores[i + 1].first == scores[i].first) continue;
    const double recall = found / static_cast<double>(e.anomalous.size());
    results.roc.x.push_back(alarmed / static_cast<double>(e.normal.size()));
    results.roc.y.push_back(recall);
    results.precision_recall.x.push_back(recall);
    results.precision_recall.y.push_back(found / (found + alarmed));
  }
  return results;
}

report::ScoreTrace trace_of(std::string title, size_t windows) {
  report::ScoreTrace trace;
  trace.title = std::move(title);
  trace.timed = false;
  for (size_t i = 0; i < windows; ++i) trace.time_s.push_back(static_cast<double>(i));
  return trace;
}

}  // namespace

std::string AnomalyDetector::report_html() const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  report::AnomalyReport page;
  page.title = s.config.name;
  page.threshold = s.config.threshold;
  std::vector<std::string> sensors;
  const size_t width = static_cast<size_t>(s.config.channels()) + s.config.context.size();
  const auto length = static_cast<size_t>(s.config.window_size);
  const std::span<const float> window = s.example.samples() < length
                                            ? std::span<const float>()
                                            : s.example.rows(s.example.samples() - length, length);
  size_t first = 0;
  for (const Sensor& sensor : s.config.sensors) {
    sensors.push_back(sensor.name);
    std::vector<data::Channel> channels;
    for (int32_t c = 0; c < sensor.channels; ++c) {
      const bool axes = sensor.channels == 3;
      channels.push_back(
          {axes ? std::string(1, static_cast<char>('x' + c)) : std::to_string(c + 1), sensor.unit});
    }
    if (!window.empty()) {
      page.signals.push_back(project::signal_picture(sensor.name + ", a normal window", window.subspan(first),
                                                     width, channels, s.rate_hz));
    }
    first += channels.size();
  }
  page.facts = {
      {"Sensors", fmt::format("{}", fmt::join(sensors, ", "))},
      {"Method", std::string(name_of(model.options.method))},
      {"Window", fmt::format("{} samples, a score every {}", s.config.window_size, s.config.hop_samples())},
      {"Learned from",
       fmt::format("{} normal windows, calibrated on {} held out", model.learned, model.calibrated)},
      {"Threshold",
       fmt::format("{:g}, of the mean of {}", s.config.threshold,
                   s.config.smoothing == 1 ? "one score" : fmt::format("{} scores", s.config.smoothing))}};
  if (!s.config.context.empty()) {
    page.facts.insert(page.facts.begin() + 1,
                      {"Given", fmt::format("{}", fmt::join(s.config.context, ", "))});
  }
  if (s.fit.tflite_bytes > 0) {
    page.facts.emplace_back("Size", fmt::format("{:.1f} KB file, {:.1f} KB flash within {:g} KB{}",
                                                static_cast<double>(s.fit.tflite_bytes) / 1024,
                                                static_cast<double>(s.fit.flash_bytes) / 1024, s.fit.limit_kb,
                                                s.fit.given_up.empty() ? "" : "; gave up " + s.fit.given_up));
  }
  page.formula = fmt::format(
      "Score of a window: 1 / (1 + 9^((limit - s) / (limit - median))), s being the net's int8 answer; "
      "median {:.1f} "
      "and limit {:.1f} are the median and the 99th percentile of s on held-out normal data, which score 0.1 "
      "and 0.5.",
      model.calibration.median, model.calibration.limit);
  const std::vector<AnomalyScore> held_out = s.score({s.example}, nullptr);
  if (held_out.size() > 1) {
    report::ScoreTrace trace = trace_of("held-out normal data", 0);
    trace.timed = s.rate_hz > 0;
    for (const AnomalyScore& score : held_out) {
      const auto end = static_cast<double>(score.begin + static_cast<size_t>(s.config.window_size));
      trace.time_s.push_back(trace.timed ? end / s.rate_hz : static_cast<double>(trace.score.size()));
      trace.score.push_back(score.score);
      trace.smoothed.push_back(score.smoothed);
    }
    page.scores.push_back(std::move(trace));
  }
  if (!s.evaluation.normal.empty() && !s.evaluation.anomalous.empty()) {
    const AnomalyEvaluation& e = s.evaluation;
    report::ScoreTrace trace =
        trace_of("normal windows, then anomalous ones (shaded)", e.normal.size() + e.anomalous.size());
    for (const auto* side : {&e.normal, &e.anomalous}) {
      for (const AnomalyScore& window : *side) {
        trace.score.push_back(window.score);
        trace.smoothed.push_back(window.smoothed);
      }
    }
    trace.anomalous = {{static_cast<double>(e.normal.size()), trace.time_s.back()}};
    page.scores.push_back(std::move(trace));
    page.results = results_of(e);
    for (size_t i = 0; sensors.size() > 1 && i < sensors.size(); ++i) {
      double share = 0;
      for (const AnomalyScore& window : e.anomalous) {
        share += window.sensors.at(i) / static_cast<double>(e.anomalous.size());
      }
      page.contributions.emplace_back(sensors[i], share);
    }
  }
  page.cost = project::board_cost(s.config.board, [&] { return profile(); });
  return report::to_html(page);
}

}  // namespace tinyml
