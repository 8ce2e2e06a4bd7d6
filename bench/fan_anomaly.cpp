// SPDX-License-Identifier: Apache-2.0
// Anomalies of a fan: fan_anomaly ACCELEROMETER.csv [--method M] [--speed-unknown] [--seeds N]. Of every run
// of the normal configuration rows 0-1799 are learned from, 1800-2249 calibrate, 2250-2999 are tested; all
// rows of the two others are faults. Windows of 128 samples, half overlapping.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "tinyml/base/file.h"
#include "tinyml/data/sensor_csv.h"
#include "tinyml/project/anomaly_detector.h"

using namespace tinyml;

namespace {

constexpr size_t kRows = 3000, kKnown = 2250;
constexpr int64_t kAllowedAlarms = 5;

/// Normal runs to learn from and to test, and faulty ones; the speed is the last channel if it is known.
struct Runs {
  std::vector<data::SensorRecording> known, tested, faulty;
};

Runs load(const std::string& path, bool speed_known) {
  data::SensorCsvOptions options;
  options.run_columns = {"config", "speed_pct"};
  options.label_column = options.time_column = "-";
  options.row_rate_hz = 50;
  options.channels = {"x", "y", "z"};
  Runs runs;
  for (const auto& timed : data::parse_sensor_csv(read_text(path), path, options)) {
    data::SensorRecording run = timed.recording;
    const size_t slash = run.group.find('/');
    if (speed_known) {
      std::vector<float> values;
      for (size_t i = 0; i < run.samples(); ++i) {
        const auto row = run.rows(i, 1);
        values.insert(values.end(), row.begin(), row.end());
        values.push_back(std::stof(run.group.substr(slash + 1)));
      }
      run.channels.push_back({"speed", "%"});
      run.values = std::move(values);
    }
    if (run.group.substr(0, slash) == "1") {
      runs.known.push_back(slice(run, 0, kKnown));
      runs.tested.push_back(slice(run, kKnown, kRows));
    } else {
      runs.faulty.push_back(std::move(run));
    }
  }
  return runs;
}

/// Of the faulty scores those above all but kAllowedAlarms of the normal ones.
double recall_at(std::vector<double> normal, const std::vector<double>& faulty) {
  std::sort(normal.begin(), normal.end(), std::greater<>());
  const double limit = normal.at(kAllowedAlarms);
  return static_cast<double>(
             std::count_if(faulty.begin(), faulty.end(), [&](double s) { return s > limit; })) /
         static_cast<double>(faulty.size());
}

std::vector<double> levels(const AnomalyDetector& detector, const std::vector<data::SensorRecording>& runs,
                           size_t windows) {
  std::vector<double> result;
  const auto scores = detector.score(runs);
  for (size_t i = 0; i + windows <= scores.size(); ++i) {
    if (scores[i].recording != scores[i + windows - 1].recording) continue;
    double sum = 0;
    for (size_t j = 0; j < windows; ++j) sum += scores[i + j].answer;
    result.push_back(sum);
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path, board;
  AnomalyConfig config;
  bool unknown = false;
  int seeds = 1;
  CLI::App app("Anomalies of a fan");
  app.add_option("data", path)->required();
  app.add_option("--method", config.method)->capture_default_str();
  app.add_option("--clusters", config.clusters)->capture_default_str();
  app.add_option("--shrinkage", config.shrinkage)->capture_default_str();
  app.add_option("--fft-size", config.fft_size)->capture_default_str();
  app.add_option("--epochs", config.epochs)->capture_default_str();
  app.add_option("--width", config.net.width)->capture_default_str();
  app.add_option("--depth", config.net.depth)->capture_default_str();
  app.add_option("--bottleneck", config.net.bottleneck)->capture_default_str();
  app.add_option("--stride", config.training_stride)->capture_default_str();
  app.add_flag("--speed-unknown", unknown);
  app.add_option("--seeds", seeds)->capture_default_str();
  app.add_option("--board", board, "Profile on it");
  CLI11_PARSE(app, argc, argv);
  const Runs runs = load(path, !unknown);
  config.sensors = {known_sensor("accelerometer")};
  if (!unknown) config.context = {"speed"};
  for (int seed = 1; seed <= seeds; ++seed) {
    config.seed = static_cast<uint64_t>(seed);
    AnomalyDetector detector(config);
    detector.train(runs.known);
    const AnomalyEvaluation e = detector.evaluate(runs.tested, runs.faulty);
    const auto normal = levels(detector, runs.tested, 1), faulty = levels(detector, runs.faulty, 1);
    std::printf(
        "seed %d  AUC %.4f int8, %.4f float  recall %.1f %% with %d of %zu alarmed  five windows %.4f", seed,
        project::area_under_roc(normal, faulty), e.float32.auc, 100 * recall_at(normal, faulty),
        static_cast<int>(kAllowedAlarms), normal.size(),
        project::area_under_roc(levels(detector, runs.tested, 5), levels(detector, runs.faulty, 5)));
    std::printf("  at %.2f: recall %.1f %%, %d false alarms\n", config.threshold, 100 * e.int8.recall,
                static_cast<int>(e.int8.false_alarms));
    std::fflush(stdout);
    if (seed < seeds) continue;
    std::printf("%s", detector.summary().c_str());
    if (!board.empty()) std::printf("%s\n", to_text(detector.profile(board)).c_str());
  }
}
